"""What is left of the org's limits, and counts of records, which here are as stale as the vendor's can be."""

from __future__ import annotations

from collections.abc import Mapping

from syncd_salesforce.emulator.answers import Answer, Call, Json
from syncd_salesforce.emulator.instance import Instance

__all__ = ["limits", "record_count"]

_OTHERS = {
    "ConcurrentAsyncGetReportInstances": 200,
    "DailyAsyncApexExecutions": 250_000,
    "DailyBulkApiBatches": 15_000,
    "DailyBulkV2QueryFileStorageMB": 976_562,
    "DailyBulkV2QueryJobs": 10_000,
    "DailyDurableStreamingApiEvents": 10_000,
    "DailyGenericStreamingApiEvents": 10_000,
    "DailyStreamingApiEvents": 10_000,
    "DataStorageMB": 1_024,
    "FileStorageMB": 1_024,
    "HourlyODataCallout": 1_000,
    "MassEmail": 10,
    "SingleEmail": 15,
}


def limits(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer GET /limits."""
    usage = instance.usage
    requests: dict[str, Json] = {"Max": usage.limit, "Remaining": max(usage.limit - usage.used, 0)}
    if usage.app:
        requests[usage.app] = {"Max": 0, "Remaining": 0}
    content: dict[str, Json] = {name: {"Max": most, "Remaining": most} for name, most in _OTHERS.items()}
    jobs = sum(job.kind == "query" for job in instance.jobs.values())
    content["DailyBulkV2QueryJobs"] = {"Max": 10_000, "Remaining": 10_000 - jobs}
    return Answer(content=dict(sorted((content | {"DailyApiRequests": requests}).items())))


def record_count(instance: Instance, call: Call, match: Mapping[str, str]) -> Answer:
    """Answer GET /limits/recordCount: an estimate, rounded down to tens."""
    wanted = {name.lower() for name in call.query.get("sObjects", "").split(",") if name}
    counts: list[Json] = [
        {"count": len(instance.org.rows(one.name)) // 10 * 10, "name": one.name}
        for one in instance.org.objects()
        if not wanted or one.name.lower() in wanted
    ]
    return Answer(content={"sObjects": counts})
