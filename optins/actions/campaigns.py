"""Opt-in campaigns and the global one: saving their options, launching, pausing, ending."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.actions.audit import record
from campaigns.actions.moves import move, why_not
from campaigns.actions.shell import copy_shell
from campaigns.actors import Actor
from campaigns.lifecycle import LAUNCHED, Kind, Move, State
from campaigns.models import Campaign
from campaigns.refusals import Refused
from optins import queries, wording
from optins.keywords import (
    RESTART_WORD,
    START_WORDS,
    Meaning,
    SenderKind,
    Situation,
    fold,
    idle_restart_words,
    read,
    reserved_reason,
)
from optins.linter import Kind as TextKind
from optins.models import GlobalCampaign, GlobalOptions, Keyword, OptInCampaign, OptInOptions

CHANGE_OPTIONS = "optins.change_optinoptions"
CHANGE_GLOBAL = "optins.change_globaloptions"
MESSAGES = {"confirmation_request": TextKind.CONFIRMATION_REQUEST, "welcome_message": TextKind.WELCOME}
GLOBAL_MESSAGES = {
    "welcome_message": TextKind.WELCOME,
    "opt_out_message": TextKind.OPT_OUT,
    "help_message": TextKind.HELP,
    "no_match_message": TextKind.NO_MATCH,
}
_FIXED_MEANINGS = {
    Meaning.OPT_OUT: gettext_lazy("“%(word)s” always means stop: it cannot let people in."),
    Meaning.HELP: gettext_lazy("“%(word)s” always asks for help: it cannot let people in."),
}

# Words that the opt-out message names and that bring nobody back, by the kind of number.
_IDLE_ON = {
    SenderKind.SHORT_CODE: gettext_lazy(
        "Texting %(word)s brings nobody back on a short code: the block there is lifted by %(restart)s alone. "
        "Write “Reply %(restart)s”, which works on every number."
    ),
    SenderKind.LONG_CODE: gettext_lazy(
        "Texting %(word)s brings nobody back on a long code: the block there is lifted by %(restart)s alone. "
        "Write “Reply %(restart)s”, which works on every number."
    ),
    SenderKind.TOLL_FREE: gettext_lazy(
        "Texting %(word)s brings nobody back on a toll-free number: the block there is lifted by %(restart)s alone. "
        "Write “Reply %(restart)s”, which works on every number."
    ),
    SenderKind.MESSAGING_SERVICE: gettext_lazy(
        "Texting %(word)s brings nobody back on a messaging service: the block there is lifted by %(restart)s alone. "
        "Write “Reply %(restart)s”, which works on every number."
    ),
}


@transaction.atomic
def save_options(*, options: OptInOptions, keywords: Sequence[str], by: Actor) -> None:
    """Save how people join a programme. `keywords` are the words as typed; they replace the old ones.

    Once launched, sender and double opt-in are fixed: people joined under them. Messages and keywords
    may still change. Raises `Refused` with the field for a word that is reserved, repeated or taken, and
    ValidationError for messages that cannot be sent as they stand.
    """
    by.require(CHANGE_OPTIONS)
    campaign = Campaign.objects.select_for_update().get(pk=options.campaign_id)
    if campaign.state in (State.ENDED, State.CANCELLED):
        raise Refused("wrong_state", _("This campaign is over: its options can no longer change."))
    if campaign.state in LAUNCHED:
        _refuse_changes_after_launch(options)
        for lacking in _lacking(options, keywords):
            raise lacking
    refuse_unsendable(options)
    options.save()
    _replace_keywords(campaign, options, keywords)
    record(by=by, act="opt_in.options", of=campaign, keywords=list(keywords))


@transaction.atomic
def launch(*, campaign: OptInCampaign, by: Actor) -> None:
    """Launch an opt-in campaign: checks that it is complete and holds its keywords on the sender."""
    impossible = why_not(campaign, Move.LAUNCH)
    if impossible:
        raise Refused("wrong_state", impossible)
    for lacking in _lacking_for_launch(campaign):
        raise lacking
    move(campaign=campaign, move=Move.LAUNCH, by=by)
    _hold(campaign)


@transaction.atomic
def duplicate(*, campaign: OptInCampaign, by: Actor) -> OptInCampaign:
    """A draft that asks and tells people the same: a programme of its own, which nobody has joined.

    Its keywords are the same words, which it can hold only when the original does no more.
    """
    by.require(CHANGE_OPTIONS)
    draft = OptInCampaign.objects.get(pk=copy_shell(campaign=campaign, by=by).pk)
    options = OptInOptions.objects.filter(campaign=campaign.pk).first()
    if options is not None:
        words = list(campaign.keywords.values_list("word", flat=True))
        options.pk = options.campaign_id = draft.pk
        options._state.adding = True
        save_options(options=options, keywords=words, by=by)
    return draft


def missing(campaign: Campaign) -> list[str]:
    """What keeps a draft from being launched, as sentences; nothing when it is complete."""
    return [lacking.sentence for lacking in _lacking_for_launch(campaign)]


@transaction.atomic
def pause(*, campaign: OptInCampaign, by: Actor, reason: str = "") -> None:
    """Joins are refused until it is resumed; keywords stay held."""
    move(campaign=campaign, move=Move.PAUSE, by=by, reason=reason)


@transaction.atomic
def resume(*, campaign: OptInCampaign, by: Actor) -> None:
    move(campaign=campaign, move=Move.RESUME, by=by)


@transaction.atomic
def end(*, campaign: OptInCampaign, by: Actor) -> None:
    """No new joins, keywords are free for others; what people agreed to stands."""
    move(campaign=campaign, move=Move.END, by=by)
    release_keywords(campaign_ids=[campaign.pk])


@transaction.atomic
def cancel(*, campaign: OptInCampaign, by: Actor) -> None:
    move(campaign=campaign, move=Move.CANCEL, by=by)
    release_keywords(campaign_ids=[campaign.pk])


def release_keywords(*, campaign_ids: Sequence[int]) -> None:
    """Free the keywords of campaigns that are over. Runs in the caller's transaction."""
    Keyword.objects.filter(campaign__in=campaign_ids, held=True).update(held=False)


@transaction.atomic
def create_global(*, name: str, by: Actor) -> GlobalCampaign:
    """Create the Global SMS Opt-In, or give back the one that exists: there is only one per instance."""
    by.require("optins.add_globalcampaign")
    existing = GlobalCampaign.objects.first()
    if existing is not None:
        return existing
    try:
        with transaction.atomic():
            campaign = GlobalCampaign.objects.create(kind=Kind.GLOBAL, name=name, slug="global-sms-opt-in")
            GlobalOptions.objects.create(campaign=campaign)
    except IntegrityError:
        # Somebody else's click was first; theirs is the one.
        return GlobalCampaign.objects.get()
    record(by=by, act="campaign.create", of=campaign)
    return campaign


@transaction.atomic
def save_global_options(*, options: GlobalOptions, by: Actor) -> None:
    """Save the global options. The global campaign has no runtime: it is live once they are complete.

    Raises ValidationError by field for messages that cannot be sent as they stand, and `Refused` for words that
    live campaigns hold and for leaving a live one incomplete.
    """
    by.require(CHANGE_GLOBAL)
    campaign = Campaign.objects.select_for_update().get(pk=options.campaign_id)
    options.full_clean()
    refuse_unsendable(options)
    refuse_ambiguous_words(options)
    if campaign.state == State.LIVE and not options.is_complete:
        raise Refused(
            "missing_data", _("The Global SMS Opt-In is live: the number and its four messages cannot be left blank.")
        )
    options.save()
    record(by=by, act="global.options", of=campaign)
    if campaign.state == State.DRAFT and options.is_complete:
        _go_live(campaign, by)


def _go_live(campaign: Campaign, by: Actor) -> None:
    from_draft = Campaign.objects.filter(pk=campaign.pk, state=State.DRAFT)
    from_draft.update(state=State.LIVE, launched_at=Now())
    record(by=by, act="campaign.launch", of=campaign)


def _lacking_for_launch(campaign: Campaign) -> Iterator[Refused]:
    options = OptInOptions.objects.select_related("sender").filter(campaign=campaign.pk).first()
    yield from _lacking(options, campaign.keywords.values_list("word", flat=True))
    if queries.global_options() is None:
        yield Refused("no_global", _("Complete the Global SMS Opt-In first: it holds the answers to STOP and HELP."))


def _lacking(options: OptInOptions | None, keywords: Iterable[str]) -> Iterator[Refused]:
    """What a launched campaign may never lack."""
    if options is None or options.sender is None:
        yield Refused("missing_data", _("Choose a message provider and a target phone number first (Edit Options)."))
    if not any(word.strip() for word in keywords):
        yield Refused("missing_data", _("Add at least one opt-in keyword first (Edit Options)."))
    if options is not None and options.double_opt_in and not options.confirmation_request.strip():
        yield Refused("missing_data", _("Write the message that asks for YES first (Edit Options)."))


def _refuse_changes_after_launch(options: OptInOptions) -> None:
    before = OptInOptions.objects.get(pk=options.pk)
    if (before.sender_id, before.double_opt_in) != (options.sender_id, options.double_opt_in):
        raise Refused(
            "wrong_state",
            _(
                "The number and double opt-in cannot change after launch: people joined under them. "
                "Create another opt-in campaign instead."
            ),
        )


def refuse_unsendable(options: OptInOptions | GlobalOptions) -> None:
    """Raise ValidationError by field for messages that cannot be sent as they stand.

    Where `WORDING_RULES` block, that holds for what the linter finds too.
    """
    found = {
        field: problem
        for field, kind in _messages_of(options).items()
        if (problem := _problem(kind, getattr(options, field), options.campaign)) is not None
    }
    idle = _idle_restart(options) if isinstance(options, GlobalOptions) else ""
    if idle:
        found.setdefault("opt_out_message", idle)
    if found:
        raise ValidationError(found)


def _idle_restart(options: GlobalOptions) -> str:
    """Why the opt-out message names a word that brings nobody back on one of our numbers; blank when it does not."""
    senders = queries.kinds_of_senders()
    for word, kind in idle_restart_words(options.opt_out_message, senders):
        return _IDLE_ON[kind] % {"word": word, "restart": RESTART_WORD}
    return ""


def _messages_of(options: OptInOptions | GlobalOptions) -> Mapping[str, TextKind]:
    return GLOBAL_MESSAGES if isinstance(options, GlobalOptions) else MESSAGES


def _problem(kind: TextKind, text: str, campaign: Campaign) -> str | None:
    unsendable = wording.problem(text)
    if unsendable is not None or settings.WORDING_RULES != "block":
        return unsendable
    return next((finding.sentence for finding in queries.lint(kind, text, campaign=campaign)), None)


def refuse_ambiguous_words(options: GlobalOptions) -> None:
    """Raise `Refused`, with the field, for a word of the global options that has a meaning already.

    Opt-out and help words are read before all others, so they must not take a word that lets people in.
    """
    for word in options.opt_in_keywords:
        fixed = _FIXED_MEANINGS.get(read(word, Situation()).meaning)
        if fixed is not None:
            raise Refused("keyword_taken", fixed % {"word": word}, field="opt_in_keywords")
    joining = set(map(fold, (*START_WORDS, *options.opt_in_keywords)))
    for field in ("opt_out_keywords", "help_keywords"):
        for word in getattr(options, field):
            if not fold(word):
                raise Refused("bad_keyword", no_letter_or_digit(word), field=field)
            if fold(word) in joining:
                sentence = _("“%(word)s” lets people in: it cannot mean this as well.")
                raise Refused("keyword_taken", sentence % {"word": word}, field=field)
            holder = Keyword.objects.filter(folded=fold(word), held=True).select_related("campaign").first()
            if holder is not None:
                sentence = _(
                    "“%(word)s” is a keyword of “%(campaign)s”. Choose another word, or end that campaign first."
                )
                raise Refused("keyword_taken", sentence % {"word": word, "campaign": holder.campaign.name}, field=field)


def no_letter_or_digit(word: str) -> str:
    """Why a word that folds to nothing is none."""
    return _("“%(word)s” has no letter and no digit: nobody could text it.") % {"word": word}


def _replace_keywords(campaign: Campaign, options: OptInOptions, words: Sequence[str]) -> None:
    folded = acceptable_keywords(options, words)
    campaign.keywords.exclude(folded__in=folded).delete()
    for key, word in folded.items():
        campaign.keywords.update_or_create(folded=key, defaults={"word": word, "sender": options.sender})
    if campaign.state in LAUNCHED:
        _hold(campaign)


def acceptable_keywords(options: OptInOptions, words: Sequence[str]) -> dict[str, str]:
    """The words by the form in which they are compared. Raises `Refused` for one that could not be a keyword."""
    kind = SenderKind.SHORT_CODE if options.sender is None else SenderKind(options.sender.kind)
    folded: dict[str, str] = {}
    everywhere = queries.global_words()
    for word in (word.strip() for word in words):
        problem = reserved_reason(word, sender_kind=kind, languages=queries.languages())
        if problem is None and fold(word) in everywhere:
            taken = _("“%(word)s” is an opt-out or help keyword of the Global SMS Opt-In. Choose another keyword.")
            problem = taken % {"word": word}
        if problem is not None:
            raise Refused("keyword_reserved", problem, field="keywords")
        if fold(word) in folded:
            twice = _("“%(word)s” is there twice: case and spaces do not count.")
            raise Refused("keyword_twice", twice % {"word": word}, field="keywords")
        folded[fold(word)] = word
    return folded


def _hold(campaign: Campaign) -> None:
    """Take the keywords on their sender; the database refuses a word that another campaign holds there."""
    # In one order, so that two campaigns that want the same words never wait for each other in a circle.
    for keyword in campaign.keywords.filter(held=False).order_by("folded"):
        try:
            with transaction.atomic():
                Keyword.objects.filter(pk=keyword.pk).update(held=True)
        except IntegrityError:
            holder = Keyword.objects.filter(sender=keyword.sender, folded=keyword.folded, held=True).first()
            raise Refused("keyword_taken", _held_already(keyword, holder), field="keywords") from None


def _held_already(keyword: Keyword, holder: Keyword | None) -> str:
    names = {"word": keyword.word, "number": keyword.sender}
    if holder is None:
        sentence = _(
            "The keyword “%(word)s” is already used on %(number)s. Choose another word, or end that campaign first."
        )
        return sentence % names
    sentence = _(
        "The keyword “%(word)s” is already used on %(number)s by “%(campaign)s”. Choose another word, or end that "
        "campaign first."
    )
    return sentence % {**names, "campaign": holder.campaign.name}
