from optins.models.apps import ApiApp
from optins.models.chain_heads import ChainHead
from optins.models.consent import ConsentEvent, PersonalEvidence, Subscription, Suppression, digest_of
from optins.models.holds import CodesHold
from optins.models.notices import Notice
from optins.models.options import GlobalOptions, Keyword, OptInOptions
from optins.models.programmes import GlobalCampaign, OptInCampaign
from optins.models.providers import MessageProvider, Sender
from optins.models.reviews import OptOutReview
from optins.models.staff_numbers import StaffNumber
from optins.models.standing_counts import StandingCount
from optins.models.verifications import Verification

__all__ = [
    "ApiApp",
    "ChainHead",
    "CodesHold",
    "ConsentEvent",
    "GlobalCampaign",
    "GlobalOptions",
    "Keyword",
    "MessageProvider",
    "Notice",
    "OptInCampaign",
    "OptInOptions",
    "OptOutReview",
    "PersonalEvidence",
    "Sender",
    "StaffNumber",
    "StandingCount",
    "Subscription",
    "Suppression",
    "Verification",
    "digest_of",
]
