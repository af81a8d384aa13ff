"""As in English: short, with the zone. Months have Spanish names; numbers are written as in Puerto Rico and Mexico."""

DATE_FORMAT = "j b Y"
MONTH_DAY_FORMAT = "j b"
TIME_FORMAT = "H:i T"
DATETIME_FORMAT = "j b Y, H:i T"
DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
