#!/bin/sh
# Singer's tap-salesforce against an emulated org: tap_salesforce.sh VENV READY, where VENV has tap-salesforce and READY is the line of
# JSON that `syncd emulate salesforce --leads 300 --page 100` printed. Every record has to come, and none twice. The tap's login host is
# fixed: requests to it go to the emulated org instead, nothing else of the tap is changed.
exec "$1/bin/python" - "$2" <<'E'
import contextlib
import io
import json
import logging
import sys
import tempfile
from collections import Counter
from pathlib import Path
from urllib.request import Request, urlopen

import tap_salesforce
from tap_salesforce.salesforce import Salesforce

STREAMS = ("Account", "Campaign", "CampaignMember", "Contact", "Event", "Lead", "Opportunity", "OpportunityContactRole", "Task", "User")


def main() -> None:
    logging.disable(logging.INFO)
    ready = json.loads(Path(sys.argv[1]).read_text())
    plain = Salesforce._make_request
    Salesforce._make_request = lambda self, method, url, **more: plain(
        self, method, url.replace("https://login.salesforce.com", ready["url"]), **more
    )
    config = {name: ready[name] for name in ("refresh_token", "client_id", "client_secret")}
    config |= {"start_date": "2000-01-01T00:00:00Z", "api_type": "REST"}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "config.json").write_text(json.dumps(config))
        catalog = json.loads(run(folder, "--discover"))
        for stream in catalog["streams"]:
            for part in stream["metadata"]:
                chosen = stream["stream"] in STREAMS and part["metadata"].get("inclusion", "available") != "unsupported"
                part["metadata"]["selected"] = chosen
        (Path(folder) / "catalog.json").write_text(json.dumps(catalog))
        lines = [json.loads(line) for line in run(folder, "--properties", f"{folder}/catalog.json").splitlines()]
    came = [(line["stream"], line["record"]["Id"]) for line in lines if line["type"] == "RECORD"]
    counts = Counter(stream for stream, _ in came)
    print(f"{len(catalog['streams'])} streams discovered, {len(came)} records of {len(counts)} read")
    token = asked(ready["url"] + "/services/oauth2/token", {}, f"grant_type=client_credentials&client_id={ready['client_id']}"
                  f"&client_secret={ready['client_secret']}")["access_token"]  # fmt: skip
    wrong = len(came) != len(set(came))
    for stream in STREAMS:
        url = f"{ready['url']}/services/data/v66.0/queryAll?q=SELECT+COUNT()+FROM+{stream}"
        there = asked(url, {"Authorization": f"Bearer {token}"})["totalSize"]
        wrong |= counts[stream] != there
        print(f"{stream:24}{counts[stream]:6} of {there}")
    raise SystemExit(wrong)


def run(folder: str, *arguments: str) -> str:
    """Run the tap and return what it prints."""
    sys.argv = ["tap-salesforce", "--config", f"{folder}/config.json", *arguments]
    with contextlib.redirect_stdout(io.StringIO()) as out:
        tap_salesforce.main()
    return out.getvalue()


def asked(url: str, headers: dict[str, str], form: str | None = None) -> dict:
    with urlopen(Request(url, headers=headers, data=form.encode() if form else None)) as reply:
        return json.load(reply)


main()
E
