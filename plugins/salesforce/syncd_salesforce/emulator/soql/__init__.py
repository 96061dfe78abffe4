"""SOQL as the vendor's APIs speak it: text to tree, tree to rows. Written by hand after the documented grammar."""
