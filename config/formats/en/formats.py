"""How pages write dates and times when nothing else is said: short, unmistakable in any country, with the zone."""

DATE_FORMAT = "j M Y"
MONTH_DAY_FORMAT = "j M"
TIME_FORMAT = "H:i T"
DATETIME_FORMAT = "j M Y, H:i T"
