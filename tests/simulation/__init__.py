"""A seeded simulation of the engine that tries to break it, and proof that it would notice.

A seed gives a world: two or three fake remotes, users who edit them, an agreement, a mapping, and up to fifty steps of
pulling, settling, pushing, failing and dying in any order. Then everything comes to rest and the store is compared with
oracles that are slow, small and written from the papers, never from the engine.

=======================  =========================================================
``signed``, ``judge``    agreements as data, and what they say of one person
``terms``, ``laws``      mappings and field laws as data, and what they choose
``remotes``, ``users``   the other side: what it answers, and what people do there
``bench``, ``world``     a store that can die at any commit, and a site upon it
``steps``, ``troubles``  what happens, and what goes wrong
``running``              how it comes to an end
``snapshot``             the store's tables as they are, read past the store's code
``watching``             what must hold after every single commit
``checking``             what must hold of people once they were assessed
``converging``           at rest: nothing of the sources is lost or doubled
``matching``             at rest: who is who
``writing``              at rest: what was written into the sources
``test_mutations``       mechanisms taken away, each of which must be noticed
=======================  =========================================================

``python -m tests.simulation 17 --trace`` replays a seed and tells what happened, ``--seeds 1000 --from 200`` runs many.
"""
