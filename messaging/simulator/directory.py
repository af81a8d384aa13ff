"""Who owns which number, who may sign in, and where a number's texts are delivered."""

import base64
from dataclasses import dataclass

from messaging.simulator.accounts import Account, AdvancedOptOut, Number, Service


@dataclass(slots=True)
class Line:
    """A number in use: its owner, its pool, and the webhook that an account may change."""

    account: Account
    number: Number
    service: Service | None
    sms_url: str
    sms_method: str = "POST"

    @property
    def block_scope(self) -> str:
        """What a STOP to this number blocks: the whole messaging service, else the number alone."""
        return self.service.sid if self.service else self.number.address

    @property
    def advanced(self) -> AdvancedOptOut | None:
        """The texts of Advanced Opt-Out where it is on."""
        return self.service.advanced_opt_out if self.service else self.number.advanced_opt_out


class Directory:
    """The accounts with their numbers. Lookups answer None for what does not exist."""

    def __init__(self, accounts: tuple[Account, ...], inbound_url: str) -> None:
        self.accounts = accounts
        self.inbound_url = inbound_url
        self._by_authorization = {
            _basic(name, secret): account
            for account in accounts
            for name, secret in (
                (account.sid, account.auth_token),
                (account.key_sid, account.key_secret),
            )
        }
        self.reset()

    def reset(self) -> None:
        """Points every number at the inbound URL again."""
        self.lines = [
            Line(account, number, self.service(account, number.service_sid or ""), self.inbound_url)
            for account in self.accounts
            for number in account.numbers
        ]
        self._by_address = {line.number.address: line for line in self.lines}

    def signed_in(self, authorization: str) -> Account | None:
        """The account whose SID and token, or API key and secret, this Authorization header carries."""
        return self._by_authorization.get(authorization)

    def line(self, address: str) -> Line | None:
        """The line of a number, whoever owns it."""
        return self._by_address.get(address)

    def lines_of(self, account: Account) -> list[Line]:
        """The account's lines, in the order of its numbers."""
        return [line for line in self.lines if line.account is account]

    def pool(self, service: Service) -> list[Line]:
        """The lines of a messaging service."""
        return [line for line in self.lines if line.service is service]

    @staticmethod
    def service(account: Account, sid: str) -> Service | None:
        """The account's messaging service of this SID."""
        return next((service for service in account.services if service.sid == sid), None)


def _basic(name: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()
