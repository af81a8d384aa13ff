"""Twilio's REST for what an account owns: itself, its numbers, short codes and messaging services."""

from aiohttp import web

from messaging.simulator.accounts import Account, Service
from messaging.simulator.directory import Line
from messaging.simulator.errors import CarrierError
from messaging.simulator.sending import is_webhook_url
from messaging.simulator.wire import CARRIER, form_of, signed_in

_ACCOUNT = "/2010-04-01/Accounts/{account}"
_CREATED = "2020-01-15T09:00:00Z"
_CREATED_RFC2822 = "Wed, 15 Jan 2020 09:00:00 +0000"

Resource = dict[str, object]


def add_routes(app: web.Application) -> None:
    """Adds accounts, numbers, short codes and messaging services."""
    router = app.router
    router.add_get(_ACCOUNT + ".json", fetch_account)
    router.add_get(_ACCOUNT + "/IncomingPhoneNumbers.json", list_phone_numbers)
    router.add_get(_ACCOUNT + "/IncomingPhoneNumbers/{sid}.json", fetch_number)
    router.add_post(_ACCOUNT + "/IncomingPhoneNumbers/{sid}.json", update_number)
    router.add_get(_ACCOUNT + "/SMS/ShortCodes.json", list_short_codes)
    router.add_get(_ACCOUNT + "/SMS/ShortCodes/{sid}.json", fetch_number)
    router.add_post(_ACCOUNT + "/SMS/ShortCodes/{sid}.json", update_number)
    router.add_get("/v1/Services", list_services)
    router.add_get("/v1/Services/{service}", fetch_service)
    router.add_get("/v1/Services/{service}/PhoneNumbers", list_pool_phone_numbers)
    router.add_get("/v1/Services/{service}/ShortCodes", list_pool_short_codes)


async def fetch_account(request: web.Request) -> web.Response:
    """The account, as `Test connection` asks for it."""
    account = signed_in(request)
    uri = f"/2010-04-01/Accounts/{account.sid}"
    return web.json_response(
        {
            "sid": account.sid,
            "friendly_name": account.friendly_name,
            "owner_account_sid": account.sid,
            "status": "active",
            "type": "Full",
            "auth_token": account.auth_token,
            "date_created": _CREATED_RFC2822,
            "date_updated": _CREATED_RFC2822,
            "subresource_uris": {
                "messages": f"{uri}/Messages.json",
                "incoming_phone_numbers": f"{uri}/IncomingPhoneNumbers.json",
            },
            "uri": f"{uri}.json",
        }
    )


async def list_phone_numbers(request: web.Request) -> web.Response:
    """Long codes and toll-free numbers, on one page; PhoneNumber narrows it down."""
    wanted = request.query.get("PhoneNumber", "")
    numbers = [line for line in _lines(request) if not _is_short(line) and wanted in line.number.address]
    return _list(request, "incoming_phone_numbers", [_number(line) for line in numbers])


async def list_short_codes(request: web.Request) -> web.Response:
    """Short codes, on one page; ShortCode narrows it down."""
    wanted = request.query.get("ShortCode", "")
    codes = [line for line in _lines(request) if _is_short(line) and wanted in line.number.address]
    return _list(request, "short_codes", [_number(line) for line in codes])


async def fetch_number(request: web.Request) -> web.Response:
    """One phone number or short code."""
    return web.json_response(_number(_line(request)))


async def update_number(request: web.Request) -> web.Response:
    """Sets the webhook for inbound texts: SmsUrl (empty for none) and SmsMethod."""
    line = _line(request)
    form = await form_of(request)
    url, method = form.get("SmsUrl", line.sms_url), form.get("SmsMethod", line.sms_method).upper()
    if url and not is_webhook_url(url):
        raise CarrierError(20001, "SmsUrl")
    if method not in {"GET", "POST"}:
        raise CarrierError(20001, "SmsMethod")
    line.sms_url, line.sms_method = url, method
    return web.json_response(_number(line))


def _lines(request: web.Request) -> list[Line]:
    return request.app[CARRIER].directory.lines_of(signed_in(request))


def _line(request: web.Request) -> Line:
    sid = request.match_info["sid"]
    line = next((line for line in _lines(request) if line.number.sid == sid), None)
    if line is None:
        raise CarrierError(20404, request.path)
    return line


def _is_short(line: Line) -> bool:
    return line.number.kind == "short_code"


def _number(line: Line) -> Resource:
    """An IncomingPhoneNumber or a ShortCode, as far as texting is concerned."""
    resource: Resource = {
        "sid": line.number.sid,
        "account_sid": line.account.sid,
        "api_version": "2010-04-01",
        "date_created": _CREATED_RFC2822,
        "date_updated": _CREATED_RFC2822,
        "friendly_name": line.number.friendly_name,
        "sms_url": line.sms_url,
        "sms_method": line.sms_method,
        "sms_fallback_url": "",
        "sms_fallback_method": "POST",
    }
    account_uri = f"/2010-04-01/Accounts/{line.account.sid}"
    if _is_short(line):
        return resource | {
            "short_code": line.number.address,
            "uri": f"{account_uri}/SMS/ShortCodes/{line.number.sid}.json",
        }
    return resource | {
        "phone_number": line.number.address,
        "capabilities": {"voice": False, "sms": True, "mms": False, "fax": False},
        "status": "in-use",
        "type": "tollfree" if line.number.kind == "toll_free" else "local",
        "uri": f"{account_uri}/IncomingPhoneNumbers/{line.number.sid}.json",
    }


def _list(request: web.Request, key: str, resources: list[Resource]) -> web.Response:
    return web.json_response(
        {
            key: resources,
            "page": 0,
            "page_size": 50,
            "start": 0,
            "end": max(len(resources) - 1, 0),
            "uri": request.path_qs,
            "first_page_uri": request.path_qs,
            "next_page_uri": None,
            "previous_page_uri": None,
        }
    )


# --- messaging.twilio.com --------------------------------------------------------------------


async def list_services(request: web.Request) -> web.Response:
    """The account's messaging services."""
    account = signed_in(request)
    return _v1_list(request, "services", [_service(request, account, s) for s in account.services])


async def fetch_service(request: web.Request) -> web.Response:
    """One messaging service."""
    account = signed_in(request)
    return web.json_response(_service(request, account, _the_service(request, account)))


async def list_pool_phone_numbers(request: web.Request) -> web.Response:
    """The phone numbers in a service's pool."""
    lines = [line for line in _pool(request) if not _is_short(line)]
    return _v1_list(request, "phone_numbers", [_pooled(line) for line in lines])


async def list_pool_short_codes(request: web.Request) -> web.Response:
    """The short codes in a service's pool."""
    lines = [line for line in _pool(request) if _is_short(line)]
    return _v1_list(request, "short_codes", [_pooled(line) for line in lines])


def _the_service(request: web.Request, account: Account) -> Service:
    service = request.app[CARRIER].directory.service(account, request.match_info["service"])
    if service is None:
        raise CarrierError(20404, request.path)
    return service


def _pool(request: web.Request) -> list[Line]:
    return request.app[CARRIER].directory.pool(_the_service(request, signed_in(request)))


def _service(request: web.Request, account: Account, service: Service) -> Resource:
    url = str(request.url.origin() / "v1" / "Services" / service.sid)
    return {
        "sid": service.sid,
        "account_sid": account.sid,
        "friendly_name": service.friendly_name,
        "date_created": _CREATED,
        "date_updated": _CREATED,
        "inbound_request_url": None,
        "inbound_method": "POST",
        "status_callback": None,
        "sticky_sender": True,
        "smart_encoding": False,
        "validity_period": 36000,
        "use_inbound_webhook_on_number": True,
        "usecase": "marketing",
        "url": url,
        "links": {"phone_numbers": f"{url}/PhoneNumbers", "short_codes": f"{url}/ShortCodes"},
    }


def _pooled(line: Line) -> Resource:
    name = "short_code" if _is_short(line) else "phone_number"
    return {
        "sid": line.number.sid,
        "account_sid": line.account.sid,
        "service_sid": line.number.service_sid,
        name: line.number.address,
        "country_code": "US",
        "capabilities": ["SMS"],
        "date_created": _CREATED,
        "date_updated": _CREATED,
    }


def _v1_list(request: web.Request, key: str, resources: list[Resource]) -> web.Response:
    url = str(request.url)
    meta = {
        "key": key,
        "page": 0,
        "page_size": 50,
        "url": url,
        "first_page_url": url,
        "next_page_url": None,
        "previous_page_url": None,
    }
    return web.json_response({key: resources, "meta": meta})
