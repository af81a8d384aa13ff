"""Sentences by which people leave, sentences that only sound so, and the matcher that finds them.

A phrase is written as words with alternatives, `take|get ME off`. In capitals stand the classes below. Words that
carry no meaning here (`please`, `your`, `bitte`) are dropped before phrases are looked for. The phrases of a language
form one tree of words, so that a text is read once however many phrases there are.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from typing import Final

_CLASSES: Final[Mapping[str, str]] = {
    "TEXTS": (
        "text texts texting txt txts message messages messaging messages msg msgs sms mms notification notifications "
        "alert alerts spam spams ad ads advert adverts advertising update updates promo promos promotion promotions "
        "promotional offer offers marketing communication communications contact emails email mails subscription "
        "subscriptions deals coupons solicitations solicitation"
    ),
    "SENDING": (
        "texting sending messaging contacting bothering calling spamming harassing writing bugging annoying emailing "
        "txting pestering soliciting hitting blowing messing sms msging notifying receiving getting wasting stalking"
    ),
    "SEND": "text txt message msg contact call send bother sms write spam email bug hit notify solicit disturb harass",
    "ME": "me us",
    "MINE": "number phone cell mobile name info information contact data details",
    "LIST": "list lists database mailing distribution",
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Where the text must end.
_END: Final = "FIN"

_LEAVES: Final[Mapping[str, str]] = {
    "en": """
        stop|stahp|cease|quit|end|discontinue SENDING, stop|cease|quit|end|discontinue|terminate TEXTS,
        stop|quit|discontinue|terminate my TEXTS, stop me|us, stop i|im|ive|you|we|who|dont|do|no|not|never|go,
        stop stop|already|forever|immediately|everything|it|that|permanently, make it|them stop, just stop, cease and,
        i|we say|said stop, said|say|saying|told|replied|texted|typed|sent|wrote|answered stop,
        said|told|replied|texted to stop, reply|text|txt|send|repondez|responda stop,
        asked|told|telling|asking|want|need|like|begging|beg|tell you|u|ya|yall|this|it|them|TEXTS to stop,
        want|need|like|wish to stop FIN, no stop FIN, put stop to, asked|want|wish|like|need to stop SENDING|TEXTS,
        would|will|could|can you|u|yall stop,

        no more FIN|TEXTS|SENDING, no more of FIN, no texting|spam,
        dont|never|not SEND me|us|this|here|anymore|again|TEXTS|MINE, dont you SEND me|us, dont SEND anything,
        dont|not consent|agree to, dont|not|never want|wish|need|care|wanna TEXTS,
        dont|not want|need|wanna more FIN|TEXTS, dont|not want|need|wanna anymore, dont|not want of TEXTS|FIN,
        dont|not want|wish|care to receive|hear, dont|not wanna receive|hear, dont|not want to get TEXTS,
        dont|not want to be texted|contacted|messaged|called|bothered|on, no longer interested,
        no longer want|wish|need FIN|TEXTS|to, not|no|uninterested interested, not customer|member FIN,

        remove|delete|erase|purge|scrub|drop|strike|exclude|unlist ME, remove|delete|erase|purge|drop MINE,
        remove|delete|erase|purge|drop my MINE, lose|loose|forget number, lose|loose|forget my number, remove from LIST,
        take|get|keep|pull ME|MINE off|out, take|get|keep|pull my MINE off|out, want|wanna|like|get off|out of LIST,
        off LIST, off mail|text|texting|sms|contact|phone|calling LIST, want|like off LIST, me off FIN|LIST,
        want|wanna|like|wish|ask|asking|request|prefer to be removed|deleted|unsubscribed,
        want|wanna|like be removed|deleted|unsubscribed, be|been|get removed|taken from|off, be removed|unsubscribed,
        opt out, opt ME out, opting|opted out, optout, want|wanna|like out FIN,
        unsubscribe, unsubscribed, unsubscribing, unenroll, unregister, deregister,

        wrong number|person|guy|recipient|num, wrong phone|man|woman|lady|contact|customer|cell|party|human|dude FIN,
        not my number, isnt my number, leave ME alone|be, leave alone FIN, go away FIN, buzz|bugger|back off,
        fuck|piss|f|sod|eff|fk off, cut it out, knock it off, block|blacklist me,

        cancel|end|terminate|discontinue TEXTS|me|us,
        cancel|end|terminate|discontinue|deactivate|disable my TEXTS|membership|enrollment|account,
        deactivate|disable|turn TEXTS off, turn off TEXTS|FIN,
        revoke|revoking|withdraw|withdrawing|rescind consent|permission|authorization|agreement,
        revoke|revoking|withdraw|withdrawing|rescind my consent|permission|authorization|agreement,
        not give|gave|given consent|permission, do not call|contact|text|disturb list|registry, dnc list,
        do not call|contact|disturb, dont call|contact|disturb
    """,
    "es": """
        no mas TEXTS|mensajes|mensaje|textos|texto|mensajitos|publicidad|promociones, ya no mas,
        ya no quiero|deseo|envien|envie|manden|mande|escriban|me|mas, no quiero|deseo mas|recibir|mensajes|sms|nada,
        no me envie|envien|envies|mande|manden|mandes|escriba|escriban|escribas|textee|texteen,
        no me contacte|contacten|moleste|molesten|molestes|llame|llamen|interesan,
        no envie|envien|manden|mande mas|mensajes, no estoy interesado|interesada,
        deje|dejen|deja|pare|paren|para|dejar|parar|detengan de enviar|enviarme|mandar|mandarme|escribir|escribirme,
        deje|dejen|deja|pare|paren|para|dejar|parar|detengan de molestar|molestarme|textear|textearme|llamar,
        parar|paren|pare|detener|detengan mensajes|mensaje|sms|textos|esto,
        dejeme|dejenme|dejame en paz, dejeme|dejenme|dejame tranquilo|tranquila,
        dar|darme|denme|deme|dame|dese|date de baja, quiero cancelar|desuscribirme|salir|salirme FIN,
        borre|borren|borrar|borra|quite|quiten|quitar|quita mi numero|telefono|contacto|nombre,
        elimine|eliminen|eliminar|saque|saquen|sacar|remueva|remuevan mi numero|telefono|contacto|nombre,
        borreme|borrenme|borrame|quiteme|quitenme|quitame|eliminenme|elimineme|eliminame|saqueme|saquenme|sacame,
        numero equivocado|incorrecto|erroneo, persona equivocada|incorrecta, desuscribir, desuscribirme, desuscribanme,
        cancelar|cancele|cancelen|anular|terminar suscripcion|mensajes, cancelar|cancele|cancelen mi suscripcion
    """,
    "fr": """
        arretez|arreter|arrete|cessez|cesser de|ces|vos|tout|TEXTS,
        ne menvoyez|envoyez|mecrivez|contactez|recontactez|textez|veux|souhaite|desire plus,
        ne me contactez|recontactez|textez|derangez|ecrivez|envoyez plus|pas, ne plus recevoir|me|menvoyer|mecrire|rien,
        veux|souhaite|desire plus recevoir|etre|rien, veux|souhaite|desire plus de TEXTS|textos|publicite|pub,
        plus de|aucun TEXTS|textos|message|publicite|pub|pubs, pas interesse|interessee,
        retirez|enlevez|supprimez|otez|effacez|rayez moi|numero, retirer|enlever|supprimer|effacer numero,
        retirez|enlevez|supprimez|effacez|retirer|enlever|supprimer|effacer mon numero|nom|contact|telephone,
        desabonnez|desinscrivez|desabonner|desinscrire moi, me|se desabonner|desinscrire, desabonnement, desinscription,
        mauvais|faux numero, mauvaise personne, pas la bonne personne, trompe|trompez de numero,
        laissez|laisse moi tranquille, fichez|foutez moi la paix, annuler|annulez|resilier|resiliez mon abonnement
    """,
    "pt": """
        pare|parem|para|parar|deixe|deixem de enviar|mandar|me|encher|escrever|incomodar|ligar,
        pare|parem|parar com isso|essas|mensagens, nao quero mais|receber|mensagem|mensagens|nada,
        nao desejo mais|receber, nao me envie|enviem|mande|mandem|escreva|escrevam|contate|ligue|incomode|perturbe,
        nao envie|enviem|mande|mandem mais|mensagem|mensagens|nada, nao tenho interesse, sem interesse,
        remova|remover|removam|retire|retirar|retirem|tire|tira|tirem meu|o numero|nome|contato|telefone,
        apague|apaguem|exclua|excluir|delete meu|o numero|nome|contato|telefone,
        me remova|remove|removam|retire|retirem|tire|tirem|tira|descadastre|descadastrem|exclua|excluam,
        numero errado, pessoa errada, cancelar|cancele|cancelem inscricao|assinatura|cadastro|mensagens,
        cancelar|cancele|cancelem minha|meu inscricao|assinatura|cadastro, me deixe|deixa|deixem em paz,
        quero sair|descadastrar FIN, chega de mensagens|sms, mais nenhuma mensagem
    """,
    "de": """
        keine nachrichten|sms|werbung|texte|mitteilungen|nachricht mehr, keine sms|werbung, kein interesse,
        keine weiteren TEXTS|nachrichten|mitteilungen, will|mochte|moechte keine TEXTS|nachrichten|werbung|mitteilungen,
        nicht mehr schreiben|senden|schicken|kontaktieren|texten|anschreiben, nicht interessiert,
        nicht mehr kontaktiert|angeschrieben|erhalten|bekommen, nie wieder schreiben, hort|hor|horen|hoeren auf,
        horen|hoeren sie auf, schreiben|schreibt|schreib sie|mir|uns nicht|nie|mir, lasst|lass|lassen mich in ruhe,
        lassen sie mich|uns in ruhe,
        losch|loscht|loschen|loeschen|entfernen|entfernt|streichen meine|sie|mich nummer|FIN,
        losch|loscht|loschen|loeschen|entfernen|streichen sie meine|mich, meine nummer loschen|loeschen|entfernen,
        nummer loschen|loeschen|entfernen|streichen, mich abmelden|austragen|entfernen|loschen|abgemeldet,
        melden|meldet|melde sie mich ab, melde|meldet mich ab, falsche nummer|person, bestelle|bestellen ab,
        stoppt|stoppen diese|die|sms|nachrichten, vom verteiler, ich widerrufe, widerrufe ich
    """,
}

# A question about stopping is answered by the help message, which says how. Only at the beginning of a text.
_ASKS: Final[Mapping[str, str]] = {
    "en": """
        how do|can|to|would|does|could|should|u|might|come, what happens|if|does|is|do|will, is
        there|it|this|that, can i, may|could i|we, do i|we|you, does it|that|stop|this|replying|texting,
        where do|can|to, if i, will i|it|that|stop|this, should i|we, when can|do|does|will|i, which word|number,
        whats, am i, would it|that, who, question, wondering, want to know, id like to know
    """,
    "es": """
        como, que pasa, se puede, puedo, es posible, donde
    """,
    "fr": """
        comment, est ce, que se passe, puis je, peut on, ou
    """,
    "pt": """
        como, o que acontece, posso, onde, e possivel, da para
    """,
    "de": """
        wie, was passiert, kann ich, kann man, wo, muss ich
    """,
}
# These begin a request, although they look like a question.
_REQUESTS: Final = """
    can|could|will|would|may|might i|we be|get|opt|unsubscribe, can|could|will|would you|u|someone|yall
"""

# Around "stop" they make it a visit, a place or a different sentence.
AFTER_OTHER: Final = _words("by at in over off sign signs light lights watch loss motion near inside along")
BEFORE_OTHER: Final = _words("""
    bus next last one full pit rest truck train non short door tour quick a the another every my our metro subway
    tram gas
""")
# Not to stop: a wish to stay.
REFUSALS: Final = _words("""
    dont not never without
""")
# The writer cannot stop something, or (a complaint) not the texts.
INABILITIES: Final = _words("cant cannot couldnt")
# The sender does not stop: a complaint.
COMPLAINTS: Final = _words("wont wouldnt didnt doesnt havent havnt hasnt isnt arent")
BETWEEN: Final = _words("""
    you u ya want wanted to need have ever it them wanna please pls ask asked really just yall the your my these
    those think i even
""")
# After "cancel" they make it business with the company, not with its texts.
BUSINESS: Final = _words("""
    order orders appointment appt appointments reservation booking delivery deliveries pickup purchase shipment
    table visit trip flight ride class lesson meeting date refund payment item items culture one tickets ticket
    dinner lunch party plans monday tuesday wednesday thursday friday saturday sunday tomorrow
""")
# What alone decides nothing, but must be looked at by a person.
SUSPECTS: Final = _words("""
    stop unsubscribe optout revoke cancel arret arretez arreter desabonner paren desuscribir descadastrar abmelden
    abbestellen stopp
""")
ANGER: Final = _words("""
    spam spammer spammers spamming scam scammer scammers harassment harassing harass sue suing lawyer attorney
    lawsuit reported reporting fcc ftc tcpa illegal blocked blocking unsolicited unwanted deceased died
    unauthorized stalking stopping
""")
_DOUBTFUL: Final = """
    never|didnt signed|sign|subscribed|subscribe|agreed|agree|consented|consent|asked|joined|opted
    up|to|for|this|in, never|didnt|not signed|sign up, never|didnt
    subscribe|subscribed|agree|agreed|consent|consented|ask|asked, did not sign|subscribe|agree|consent|ask, who
    gave, how|where did you|u|they get my, report you|this|to, passed away, no thanks|thank|ty, i quit FIN, i
    cancel FIN,
    enough FIN, want to cancel|quit|end|leave, piss|fuck you, no me interesa, sick of, tired of, do i know, not
    me
"""

# Said around a keyword without changing it: "please stop", "cancel it now".
COURTESY: Final = _words("""
    please pls plz plse pleas kindly now right already asap immediately thanks thank you ok okay it this that these
    all me everything sending texting messaging text texts txt txts message messages msg msgs your hi hello hey lol
    fucking damn por favor svp sil vous plait merci bitte danke gracias obrigado obrigada bonjour hola hallo
""")
NOISE: Final = _words("""
    please pls plz plse pleas kindly now a an your ur yo this these those the any all ever right asap fucking
    fuckin damn goddamn stupid annoying ok okay hi hello hey thanks thank freaking bloody so many such future
    further unwanted favor por svp sil vous plait merci bitte danke gracias obrigado obrigada os as los las el sus
    estos esos tus suas seus esses daily constant immediately company store lol sorry sir maam guys again yes well
    um bonjour hola hallo
""")


@dataclass(slots=True)
class _Node:
    """One word of the tree; `ends` is what the phrase that ends here means."""

    then: dict[str, "_Node"] = field(default_factory=dict)
    ends: bool = False


def _tree(*texts: str) -> _Node:
    root = _Node()
    for phrase in _phrases(*texts):
        for path in product(*map(_alternatives, phrase)):
            node = root
            for word in path:
                node = node.then.setdefault(word, _Node())
            node.ends = True
    return root


def _phrases(*texts: str) -> Iterator[list[str]]:
    """The phrases of some texts, which have commas between them, each as its places."""
    return (phrase.split() for text in texts for phrase in text.split(","))


def _alternatives(place: str) -> list[str]:
    return [word for choice in place.split("|") for word in _CLASSES.get(choice, choice).split()]


@lru_cache(maxsize=32)
def _leaving(languages: frozenset[str]) -> _Node:
    return _tree(*(_LEAVES[code] for code in ("en", *sorted(languages))))


@lru_cache(maxsize=32)
def _asking(languages: frozenset[str]) -> _Node:
    return _tree(*(_ASKS[code] for code in ("en", *sorted(languages))))


_REQUESTING: Final = _tree(_REQUESTS)
_DOUBTING: Final = _tree(_DOUBTFUL)


def _every_word() -> frozenset[str]:
    places = (place for phrase in _phrases(*_LEAVES.values(), *_ASKS.values()) for place in phrase)
    return frozenset(word for place in places for word in _alternatives(place))


KNOWN: Final = _every_word() | NOISE | BETWEEN | BUSINESS | AFTER_OTHER | BEFORE_OTHER | ANGER
"""Words that are spelt right, so that nobody looks for what they were meant to be."""


def leaving(words: Sequence[str], languages: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Where phrases of leaving begin, and the place after their end."""
    return _places(words, _leaving(languages))


def asks(words: Sequence[str], languages: frozenset[str]) -> bool:
    """Whether a text begins as a question and not as a request."""
    return _end(words, 0, _asking(languages)) > 0 and not _end(words, 0, _REQUESTING)


def doubtful(words: Sequence[str]) -> bool:
    """Whether a text holds a phrase that a person should look at."""
    return not ANGER.isdisjoint(words) or next(_places(words, _DOUBTING), None) is not None


def _places(words: Sequence[str], tree: _Node) -> Iterator[tuple[int, int]]:
    ends = ((place, _end(words, place, tree)) for place in range(len(words)))
    return ((place, end) for place, end in ends if end)


def _end(words: Sequence[str], place: int, tree: _Node) -> int:
    """The place after the phrase of the tree that begins here, 0 for none. A phrase is short: a few steps."""
    node = tree
    for position in range(place, len(words) + 1):
        following = node.then.get(words[position] if position < len(words) else _END)
        if following is None:
            return 0
        if following.ends:
            return position + 1
        node = following
    return 0
