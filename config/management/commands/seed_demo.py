"""`manage.py seed_demo`: what a newcomer needs to walk the guide on the simulated carrier."""

from typing import Any

from campaigns.commands import Answer, OperatorCommand
from config import demo
from messaging.simulator.accounts import DEMO_ACCOUNTS


class Command(OperatorCommand):
    help = "Seed users, providers, numbers, API apps and customers for trying Optline out. Run again, it adds nothing."

    def answer(self, **_: Any) -> Answer:
        if not demo.seed():
            return {"users": [], "apps": [], "providers": []}
        return {
            "users": [
                {"username": name, "password": demo.PASSWORD, "role": role} for name, role in demo.LOGINS.items()
            ],
            "apps": [_app(name) for name in demo.APPS],
            "providers": [{"name": account.friendly_name, "account_sid": account.sid} for account in DEMO_ACCOUNTS],
        }

    def in_words(self, answer: Any) -> str:
        if not answer["users"]:
            return "  The demo data was removed: sign in with an account of your own."
        width = max(map(len, demo.LOGINS))
        users = [
            f"  {row['username']:<{width}}  password {row['password']}   ({row['role']})" for row in answer["users"]
        ]
        apps = [f"  API app “{row['name']}”: key {row['key']}, secret {row['secret']}" for row in answer["apps"]]
        return "\n".join([*users, *apps])


def _app(name: str) -> dict[str, str]:
    key, secret = demo.app_credentials(name)
    return {"name": name, "key": key, "secret": secret}
