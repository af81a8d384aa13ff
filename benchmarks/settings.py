"""The product's settings, with the plain view beside its own, no limit on codes."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS as _PRODUCTS_OWN

INSTALLED_APPS = [*_PRODUCTS_OWN, "benchmarks"]
ROOT_URLCONF = "benchmarks.urls"

VERIFICATION_COOLDOWN = 0
VERIFICATIONS_PER_NUMBER_HOUR = VERIFICATIONS_PER_CUSTOMER_HOUR = 1_000_000
VERIFICATIONS_PER_APP_MINUTE = VERIFICATIONS_PER_IP_HOUR = 1_000_000
VERIFICATIONS_PER_PREFIX_HOUR = VERIFICATIONS_PER_COUNTRY_DAY = 1_000_000
