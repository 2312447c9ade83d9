import logging
from typing import Any

import httpx
import pytest

from tests.e2e.forging import forged
from tests.e2e.shop import ORDER, Shop, open_shop
from tests.unit.application.house import code_in, other
from zerofee.domain.change_set import ChangeSet
from zerofee.domain.ids import AppId, UserId
from zerofee.domain.scope import Environment, Permission, Scope
from zerofee.entrypoints.demo import demo_app

Json = dict[str, Any]

AMA = "ama@example.com"
KOFI = "kofi@example.com"
PASSWORD = "three hens in a canoe"
AUTH = "/v1/auth"


async def send(shop: Shop, path: str, body: object = None, token: str | None = None) -> httpx.Response:
    """Send something to an address below `/v1/auth`."""
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return await shop.http.post(AUTH + path, json=body, headers=headers)


async def me(shop: Shop, token: str) -> httpx.Response:
    return await shop.http.get(f"{AUTH}/me", headers={"Authorization": f"Bearer {token}"})


async def registered(shop: Shop, email: str = AMA, **more: str) -> Json:
    answer = await send(shop, "/register", {"email": email, "password": PASSWORD, **more})
    assert answer.status_code == 201, answer.text
    body: Json = answer.json()
    return body


async def logged_in(shop: Shop, email: str = AMA, password: str = PASSWORD) -> Json:
    answer = await send(shop, "/login", {"email": email, "password": password})
    assert answer.status_code == 200, answer.text
    body: Json = answer.json()
    return body


async def mailed(shop: Shop, email: str = AMA) -> str:
    """Ask for a code, and read it in the mail."""
    assert (await send(shop, "/otp/request", {"email": email})).status_code == 202
    await shop.container.send_letters().due()
    return code_in(shop.mailbox.mails[-1])


def told(answer: httpx.Response) -> tuple[int, str, Json]:
    """Give what an answer tells, but for what is of its request."""
    return answer.status_code, answer.headers["content-type"], answer.json() | {"request_id": "", "created_at": ""}


async def test_a_person_comes_and_goes(shop: Shop) -> None:
    registration = await registered(shop, name="Ama Mensah", phone="+225 0700000000")
    session = await logged_in(shop)
    user = (await me(shop, session["access_token"])).json()
    renewed = (await send(shop, "/refresh", {"refresh_token": session["refresh_token"]})).json()
    left = await send(shop, "/logout", token=renewed["access_token"])

    assert set(registration) == {"object", "email", "created_at"}
    assert (registration["object"], registration["email"]) == ("registration", AMA)
    assert (session["object"], session["token_type"], session["expires_in"]) == ("session", "Bearer", 900)
    assert session["user"] == user
    assert user == {
        "id": user["id"],
        "object": "user",
        "email": AMA,
        "name": "Ama Mensah",
        "phone": "+2250700000000",
        "verified_at": None,
        "created_at": "2026-01-01T12:00:00Z",
    }
    assert renewed["refresh_token"] != session["refresh_token"]
    assert (left.status_code, left.content) == (204, b"")
    for token in (session["access_token"], renewed["access_token"]):
        assert (await me(shop, token)).status_code == 401
    gone = await send(shop, "/refresh", {"refresh_token": renewed["refresh_token"]})
    assert (gone.status_code, gone.json()["code"]) == (401, "session_expired")


async def test_nobody_can_tell_which_address_has_an_account(shop: Shop) -> None:
    await registered(shop, AMA)

    registrations = [await registered(shop, email) for email in (AMA, KOFI)]
    logins = [await send(shop, "/login", {"email": e, "password": "x" * 12}) for e in (AMA, "nobody@example.com", "")]
    requests = [await send(shop, "/otp/request", {"email": email}) for email in (AMA, "nobody@example.com")]
    tries = [await send(shop, "/otp/verify", {"email": e, "code": "000000"}) for e in (AMA, "nobody@example.com", "")]

    assert [set(one) for one in registrations] == [{"object", "email", "created_at"}] * 2
    assert [told(one) for one in logins] == [told(logins[0])] * 3
    assert (logins[0].status_code, logins[0].json()["code"]) == (401, "invalid_credentials")
    assert [one.status_code for one in requests] == [202, 202]
    assert [one.json() | {"email": ""} for one in requests] == [requests[0].json() | {"email": ""}] * 2
    assert [told(one) for one in tries] == [told(tries[0])] * 3
    assert (tries[0].status_code, tries[0].json()["code"]) == (401, "code_invalid")


async def test_a_mailed_code_lets_its_reader_in(shop: Shop) -> None:
    await registered(shop)
    code = await mailed(shop)

    wrong = await send(shop, "/otp/verify", {"email": AMA, "code": other(code)})
    right = await send(shop, "/otp/verify", {"email": AMA, "code": code})
    again = await send(shop, "/otp/verify", {"email": AMA, "code": code})

    assert [one.status_code for one in (wrong, right, again)] == [401, 200, 401]
    assert right.json()["user"]["verified_at"] == "2026-01-01T12:00:00Z"
    assert (await me(shop, right.json()["access_token"])).status_code == 200


async def test_guessing_codes_ends_soon(shop: Shop) -> None:
    await registered(shop)

    answers = []
    for _ in range(4):
        code = await mailed(shop)
        answers += [await send(shop, "/otp/verify", {"email": AMA, "code": other(code)}) for _ in range(5)]

    assert [answer.status_code for answer in answers] == [401] * 15 + [429] * 5
    assert answers[-1].json()["code"] == "too_many_tries"
    assert answers[-1].headers["retry-after"] == "3600"


async def test_a_sixth_code_is_not_mailed_and_not_refused(shop: Shop) -> None:
    await registered(shop)

    answers = [await send(shop, "/otp/request", {"email": AMA}) for _ in range(7)]
    await shop.container.send_letters().due()

    assert {answer.status_code for answer in answers} == {202}
    assert len(shop.mailbox.mails) == 5


async def test_an_address_is_proven_before_a_password_is_good() -> None:
    async with open_shop(require_verified_email=True) as shop:
        await registered(shop)
        early = await send(shop, "/login", {"email": AMA, "password": PASSWORD})
        wrong = await send(shop, "/login", {"email": AMA, "password": "x" * 12})
        code = await mailed(shop)
        await send(shop, "/otp/verify", {"email": AMA, "code": code})

        assert (early.status_code, early.json()["code"]) == (403, "email_not_verified")
        assert (wrong.status_code, wrong.json()["code"]) == (401, "invalid_credentials")
        await logged_in(shop)


async def test_a_forgotten_password_is_replaced(shop: Shop) -> None:
    await registered(shop)
    before = await logged_in(shop)
    code = await mailed(shop)

    changed = await send(shop, "/otp/verify", {"email": AMA, "code": code, "password": "another long password"})

    assert changed.status_code == 200
    shop.container.standings().forget(before["id"])
    assert (await me(shop, before["access_token"])).status_code == 401
    assert (await send(shop, "/login", {"email": AMA, "password": PASSWORD})).status_code == 401
    await logged_in(shop, password="another long password")


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/register", {"email": AMA, "password": "short"}, "password"),
        ("/register", {"email": AMA, "password": "password1234"}, "password"),
        ("/register", {"email": "nobody", "password": PASSWORD}, "email"),
        ("/register", {"email": AMA, "password": PASSWORD, "phone": "12"}, "phone"),
        ("/register", {"email": AMA, "password": PASSWORD, "is_admin": True}, "is_admin"),
        ("/register", {"email": AMA}, "password"),
        ("/register", {"email": AMA, "password": None}, "password"),
        ("/login", {"email": AMA}, "password"),
        ("/login", {"email": {"$ne": ""}, "password": PASSWORD}, "email"),
        ("/otp/request", {"email": "nobody"}, "email"),
        ("/otp/verify", {"email": AMA, "code": 123456}, "code"),
        ("/otp/verify", {"email": AMA, "code": "123456", "password": "short"}, "password"),
        ("/refresh", {}, "refresh_token"),
    ],
)
async def test_names_the_field_that_is_wrong(shop: Shop, path: str, body: Json, field: str) -> None:
    answer = await send(shop, path, body)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert PASSWORD not in answer.text


async def test_a_stolen_refresh_token_ends_the_login(shop: Shop) -> None:
    await registered(shop)
    first = await logged_in(shop)
    second = (await send(shop, "/refresh", {"refresh_token": first["refresh_token"]})).json()
    again = (await send(shop, "/refresh", {"refresh_token": first["refresh_token"]})).json()
    assert again["refresh_token"] == second["refresh_token"]

    shop.clock.advance(11)
    stolen = await send(shop, "/refresh", {"refresh_token": first["refresh_token"]})

    assert stolen.status_code == 401
    assert (await send(shop, "/refresh", {"refresh_token": second["refresh_token"]})).status_code == 401
    assert (await me(shop, second["access_token"])).status_code == 401


async def test_no_forged_token_opens_anything(shop: Shop) -> None:
    """One answer for all of them, and for no token at all; nothing is changed."""
    await registered(shop)
    token = (await logged_in(shop))["access_token"]
    beside = {"X-App-Id": shop.scope.app_id, "X-Environment": "sandbox"}
    (secret,) = shop.container.settings().jwt_secret
    nobody = told(await shop.http.get(f"{AUTH}/me"))
    assert nobody[0] == 401

    for fault, forgery in forged(token, secret).items():
        headers = {"Authorization": f"Bearer {forgery}"}
        assert told(await me(shop, forgery)) == nobody, fault
        assert (await send(shop, "/logout", token=forgery)).status_code == 401, fault
        for method, path in (("GET", "/v1/payments"), ("POST", "/v1/payments"), ("GET", "/v1/apps")):
            answer = await shop.http.request(method, path, headers=headers | beside, json=ORDER)
            assert answer.status_code == 401, f"{fault}: {method} {path}"

    assert (await me(shop, token)).status_code == 200
    assert (await shop.get("/v1/payments")).json()["data"] == []


async def test_a_token_is_good_for_a_quarter_of_an_hour(shop: Shop) -> None:
    await registered(shop)
    token = (await logged_in(shop))["access_token"]

    shop.clock.advance(899)
    assert (await me(shop, token)).status_code == 200
    shop.clock.advance(31)
    assert (await me(shop, token)).status_code == 401


async def test_an_api_key_is_no_person(shop: Shop) -> None:
    unknown = shop.secret_key[:-1] + ("A" if shop.secret_key[-1] != "A" else "B")

    for key in (shop.secret_key, shop.publishable_key, await shop.new_key(Permission.PAYMENTS)):
        answer = await me(shop, key)
        assert (answer.status_code, answer.json()["code"]) == (403, "access_token_required")
        assert (await send(shop, "/logout", token=key)).status_code == 403
    assert (await me(shop, unknown)).status_code == 401


async def owned_app(shop: Shop, user_id: str) -> AppId:
    """Make an app of somebody's that can take payments."""
    ids = shop.container.ids()
    scope = Scope(ids.new(AppId), Environment.SANDBOX)
    changes = demo_app(scope, ids, shop.clock.now(), UserId(user_id))
    await shop.container.commit()(ChangeSet(changes))
    return scope.app_id


async def test_the_dashboard_reads_and_writes_an_apps_data(shop: Shop) -> None:
    await registered(shop)
    session = await logged_in(shop)
    app_id = await owned_app(shop, session["user"]["id"])
    headers = {"Authorization": f"Bearer {session['access_token']}", "X-App-Id": app_id}
    sandbox, live = headers | {"X-Environment": "sandbox"}, headers | {"X-Environment": "live"}

    paid = await shop.http.post("/v1/payments", json=ORDER, headers=sandbox | {"Idempotency-Key": "order-7"})
    again = await shop.http.post("/v1/payments", json=ORDER, headers=sandbox | {"Idempotency-Key": "order-7"})

    assert (paid.status_code, paid.json()["environment"]) == (201, "sandbox")
    assert again.content == paid.content
    assert [one["id"] for one in (await shop.http.get("/v1/payments", headers=sandbox)).json()["data"]] == [
        paid.json()["id"]
    ]
    assert (await shop.http.get("/v1/payments", headers=live)).json()["data"] == []


async def test_another_persons_app_looks_as_if_it_did_not_exist(shop: Shop) -> None:
    await registered(shop)
    token = (await logged_in(shop))["access_token"]

    answers = []
    for app_id in (shop.scope.app_id, f"app_{'0' * 25}1", "app_x", "", "' OR 1=1"):
        headers = {"Authorization": f"Bearer {token}", "X-App-Id": app_id, "X-Environment": "sandbox"}
        answers.append(await shop.http.get("/v1/payments", headers=headers))

    assert {answer.status_code for answer in answers} == {404}
    assert [told(answer) for answer in answers] == [told(answers[0])] * 5


@pytest.mark.parametrize(
    "beside",
    [
        [],
        [("X-App-Id", "mine")],
        [("X-Environment", "sandbox")],
        [("X-App-Id", "mine"), ("X-Environment", "both")],
        [("X-App-Id", "mine"), ("X-Environment", "sandbox"), ("X-Environment", "live")],
        [("X-App-Id", "mine"), ("X-App-Id", "mine"), ("X-Environment", "sandbox")],
    ],
)
async def test_a_person_says_whose_data_is_meant(shop: Shop, beside: list[tuple[str, str]]) -> None:
    await registered(shop)
    token = (await logged_in(shop))["access_token"]

    answer = await shop.http.get("/v1/payments", headers=[("Authorization", f"Bearer {token}"), *beside])

    assert (answer.status_code, answer.json()["code"]) == (403, "app_not_named")


async def test_the_headers_change_nothing_for_a_key(shop: Shop) -> None:
    theirs = await shop.another_app()

    headers = shop.keyed() | {"X-App-Id": theirs, "X-Environment": "live"}
    payment = (await shop.http.post("/v1/payments", json=ORDER, headers=headers)).json()

    assert payment["environment"] == "sandbox"
    assert (await shop.get(f"/v1/payments/{payment['id']}")).status_code == 200


async def test_no_secret_of_a_login_reaches_the_log(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        await registered(shop)
        code = await mailed(shop)
        session = (await send(shop, "/otp/verify", {"email": AMA, "code": code})).json()
        renewed = (await send(shop, "/refresh", {"refresh_token": session["refresh_token"]})).json()
        await me(shop, renewed["access_token"])
        await send(shop, "/login", {"email": AMA, "password": "a wrong but long password"})

    secrets = [PASSWORD, code, "a wrong but long password"]
    secrets += [one[name] for one in (session, renewed) for name in ("access_token", "refresh_token")]
    assert not [secret for secret in secrets if secret in caplog.text]
