"""The calendars of the worked examples."""

from __future__ import annotations

from datetime import date

from syncd.agreement.calendars import Calendar, Week, parsed


def weekdays(*texts: str) -> Week:
    return (parsed(*texts),) * 5 + ((), ())


NY = Calendar(
    name="ny",
    zone="America/New_York",
    week=weekdays("09:00-17:00"),
    holidays={
        date(2026, 11, 26): "Thanksgiving Day",
        date(2026, 12, 25): "Christmas Day",
        date(2027, 1, 1): "New Year's Day",
    },
    special={date(2026, 11, 27): parsed("09:00-13:00")},
)
MADRID = Calendar(
    name="madrid",
    zone="Europe/Madrid",
    week=weekdays("09:00-14:00", "15:00-18:00"),
    holidays={date(2026, 12, 8): "Immaculate Conception", date(2026, 12, 25): "Christmas Day"},
)
MADRID_DAILY = Calendar(name="madrid7", zone="Europe/Madrid", week=(parsed("09:00-17:00"),) * 7)
NY_SUNDAY_NIGHT = Calendar(name="ny_sunday_night", zone="America/New_York", week=((),) * 6 + (parsed("00:00-06:00"),))
KOLKATA = Calendar(name="kolkata", zone="Asia/Kolkata", week=weekdays("10:00-19:00"))
