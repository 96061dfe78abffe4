"""The floor beside `hubspot_pull`: the same pages by httpx, decoded, and one SQLAlchemy Core upsert per page; nothing else."""

from __future__ import annotations

import sys

import httpx
import msgspec
from sqlalchemy import Column, MetaData, Table, Text, create_engine
from sqlalchemy.dialects.sqlite import insert

PROPERTIES = "email,firstname,lastname,phone,jobtitle,city,country,hubspot_owner_id,createdate,lifecyclestage"


def load(database: str, url: str, token: str) -> None:
    engine = create_engine(f"sqlite:///{database}")
    contact = Table("contact", MetaData(), Column("id", Text, primary_key=True), Column("fields", Text))
    contact.metadata.create_all(engine)
    upsert = insert(contact)
    upsert = upsert.on_conflict_do_update(index_elements=["id"], set_={"fields": upsert.excluded.fields})
    after: str | None = ""
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}) as http, engine.connect() as connection:
        while after is not None:
            query = {"limit": "100", "properties": PROPERTIES} | ({"after": after} if after else {})
            page = msgspec.json.decode(http.get("/crm/objects/2026-09/contacts", params=query).raise_for_status().content)
            rows = [{"id": one["id"], "fields": msgspec.json.encode(one["properties"]).decode()} for one in page["results"]]
            connection.execute(upsert, rows)
            connection.commit()
            after = page.get("paging", {}).get("next", {}).get("after")


if __name__ == "__main__":
    load(*sys.argv[1:])
