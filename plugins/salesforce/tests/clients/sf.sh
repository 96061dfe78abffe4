#!/bin/sh
# The Salesforce CLI against an emulated org: sf.sh READY PACKAGE, with `sf` on the path. READY is the line of JSON that
# `syncd emulate salesforce --leads 60` printed, PACKAGE the folder that `syncd provision salesforce` wrote.
set -eu
ready=$(realpath "$1") package=$(realpath "$2") work=$(mktemp -d)
export HOME="$work" SF_DISABLE_TELEMETRY=true SF_AUTOUPDATE_DISABLE=true SFDX_DISABLE_DNS_CHECK=true SF_USE_GENERIC_UNIX_KEYCHAIN=true
export CI=true SF_SKIP_NEW_VERSION_CHECK=true SF_ORG_METADATA_REST_DEPLOY=true NODE_NO_WARNINGS=1
trap 'rm -rf "$work"' EXIT
cd "$work"
of() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$ready" "$1"; }
run() { echo "== sf $*"; sf "$@" 2>"$work/errors" || { cat "$work/errors" >&2; exit 1; }; }
of private_key > key.pem

run org login jwt --client-id "$(of client_id)" --jwt-key-file key.pem --username "$(of username)" --instance-url "$(of url)" \
    --alias emulated --set-default
run org display
run org list limits
run org list sobject record-counts --sobject Lead --sobject Account
run sobject list --sobject all
run sobject describe --sobject Lead > lead.json
run data query --query "SELECT Id, LastName, Owner.Name FROM Lead ORDER BY CreatedDate DESC LIMIT 3"
run data create record --sobject Lead --values "LastName=Roe Company='Example Ltd' Email=roe@example.com"
run data get record --sobject Lead --where "Email=roe@example.com"
run data update record --sobject Lead --where "Email=roe@example.com" --values "Title=Head"
run data delete record --sobject Lead --where "Email=roe@example.com"

run data export bulk --query "SELECT Id, LastName FROM Lead" --output-file leads.csv --result-format csv --wait 2
[ "$(wc -l < leads.csv)" -gt 50 ]
printf 'LastName,Company,Email\nBulk1,Acme,b1@example.com\nBulk2,Acme,b2@example.com\n' > import.csv
run data import bulk --file import.csv --sobject Lead --line-ending LF --wait 2
run data export bulk --query "SELECT Id FROM Lead WHERE Company = 'Acme'" --output-file ids.csv --result-format csv --wait 2
awk 'NR == 1 { print "Id,Title" } NR > 1 { gsub("\"", ""); print $0 ",CTO" }' ids.csv > update.csv
sf data update bulk --file update.csv --sobject Lead --line-ending LF --wait 2 --json > update.json
run data bulk results --job-id "$(python3 -c 'import json; print(json.load(open("update.json"))["result"]["jobId"])')"
cut -d, -f1 update.csv > delete.csv
run data delete bulk --file delete.csv --sobject Lead --line-ending LF --wait 2
run data export tree --query "SELECT Id, Name, (SELECT Id, LastName FROM Contacts) FROM Account LIMIT 2" --output-dir tree
run api request rest "/services/data/v66.0/limits/recordCount?sObjects=Lead"

cp -r "$package" package
run project generate --name source > generated.txt
(cd source && run project convert mdapi --root-dir ../package --output-dir force-app)
[ -n "$(find source/force-app -name '*.field-meta.xml')" ]
run project deploy start --metadata-dir package --dry-run
run project deploy start --metadata-dir package
run org assign permset --name syncd
field=$(sed -n 's:.*<field>Lead\.\(.*\)</field>.*:\1:p' package/permissionsets/syncd.permissionset | head -1)
run data query --query "SELECT Id, $field FROM Lead LIMIT 1"
echo "everything went well"
