"""Who is calling and what they may do: keys, tokens, sessions, logins.

Functions take a Connection (or an Engine, where nothing is looked up) and plain
values; nothing here speaks HTTP to the caller. A web framework with a server of
its own sends the browser where a Redirect says, and sets its Cookies.
"""

import ctypes
from datetime import datetime, timedelta, timezone
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Dict,
    FrozenSet,
    Iterable,
    Iterator,
    List,
    NamedTuple,
    Optional,
    Tuple,
)

from . import _ffi, errors
from ._text import Buffer, decode, encode
from .connection import Connection
from .errors import check

if TYPE_CHECKING:
    from .engine import Engine

PERMISSIONS = ("specs:read", "specs:write", "specs:admin", "org:manage")
PLATFORM_MANAGE = "platform:manage"  # operators; no role has it
REFRESH_COOKIE = "sw_refresh"

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_PAGE = 1000

_HOW = {
    _ffi.CANON_BY_NOTHING: "nothing",
    _ffi.CANON_BY_OPERATOR: "operator",
    _ffi.CANON_BY_SESSION: "session",
    _ffi.CANON_BY_TOKEN: "token",
    _ffi.CANON_BY_KEY: "key",
    _ffi.CANON_BY_HOST: "host",
}

_REASONS = {
    _ffi.CANON_AUTH_NONE: "none",
    _ffi.CANON_AUTH_KEY_UNKNOWN: "key_unknown",
    _ffi.CANON_AUTH_KEY_REVOKED: "key_revoked",
    _ffi.CANON_AUTH_KEY_EXPIRED: "key_expired",
    _ffi.CANON_AUTH_KEY_LOST: "key_lost",
    _ffi.CANON_AUTH_TOKEN: "token",
    _ffi.CANON_AUTH_SESSION: "session",
    _ffi.CANON_AUTH_DEACTIVATED: "deactivated",
    _ffi.CANON_AUTH_PROVIDER: "provider",
    _ffi.CANON_AUTH_STORE: "store",
    _ffi.CANON_AUTH_STALE: "stale",
}

_REFRESHES = {
    _ffi.CANON_REFRESH_UNKNOWN: "unknown",
    _ffi.CANON_REFRESH_REFUSED: "refused",
    _ffi.CANON_REFRESH_LOST: "lost",
    _ffi.CANON_REFRESH_RUNNING: "running",
    _ffi.CANON_REFRESH_PROVIDER: "provider",
    _ffi.CANON_REFRESH_STORE: "store",
}

_STATES = {
    _ffi.CANON_DEVICE_PENDING: "pending",
    _ffi.CANON_DEVICE_SLOW: "slow",
    _ffi.CANON_DEVICE_APPROVED: "approved",
    _ffi.CANON_DEVICE_DENIED: "denied",
    _ffi.CANON_DEVICE_EXPIRED: "expired",
    _ffi.CANON_DEVICE_FAILED: "failed",
}


class Principal(NamedTuple):
    """Somebody who has proved who he is."""

    by: str  # "operator", "session", "token", "key" or "host"
    sub: str
    email: str
    name: str
    picture: str
    org_id: str
    org: str
    orgs: Tuple[str, ...]
    github_login: str
    github_name: str
    user_id: int
    key_id: int
    last_login: Optional[datetime]
    permissions: FrozenSet[str]


class User(NamedTuple):
    """A user of the installation."""

    id: int
    sub: str
    email: str
    name: str
    role: str
    created: Optional[datetime]
    last_login: Optional[datetime]
    active: bool


class Key(NamedTuple):
    """An API key, without its secret."""

    id: int
    label: str
    prefix: str
    org: str
    owner: str
    scopes: FrozenSet[str]
    created: Optional[datetime]
    expires: Optional[datetime]
    revoked: Optional[datetime]
    last_used: Optional[datetime]


class Cookie(NamedTuple):
    """A cookie to set: HttpOnly and SameSite=Lax, and Secure with https."""

    name: str
    value: str
    path: str
    max_age: int  # seconds; 0: delete it; -1: until the browser ends


class Redirect(NamedTuple):
    """Where to send a browser, and what it must bring back."""

    url: str
    cookie: Optional[Cookie]


class Login(NamedTuple):
    """Somebody has signed in."""

    org: str
    next: str
    sub: str
    first: bool
    session: Cookie
    refresh: Optional[Cookie]
    state: Optional[Cookie]


class Tokens(NamedTuple):
    """Fresh tokens of the provider."""

    access_token: str
    refresh_token: str
    expires_in: int


class Device(NamedTuple):
    """A device login that has begun."""

    device_code: str
    user_code: str
    verification_uri: str
    verification_uri_complete: str
    interval: int
    expires_in: int


class DevicePoll(NamedTuple):
    """How a device login is going."""

    state: str  # "pending", "slow", "approved", "denied", "expired", "failed"
    tokens: Optional[Tokens]
    email: str
    org: str
    refreshable: bool


def _time(us: int) -> Optional[datetime]:
    return _EPOCH + timedelta(microseconds=us) if us else None


def _str(data: Optional[bytes]) -> str:
    return decode(data) or ""


def _cookie(cookie: Any) -> Optional[Cookie]:
    if not cookie.name:
        return None
    value, path = _str(cookie.value), _str(cookie.path)
    return Cookie(_str(cookie.name), value, path, cookie.max_age_s)


def _some_cookie(cookie: Any) -> Cookie:
    return _cookie(cookie) or Cookie("", "", "", 0)


def _tokens(tokens: Any) -> Tokens:
    texts = _str(tokens.access_token), _str(tokens.refresh_token)
    return Tokens(*texts, tokens.expires_s)


def permissions_of(bits: int) -> FrozenSet[str]:
    """The names of permissions that are given as bits."""
    everything = (*PERMISSIONS, PLATFORM_MANAGE)
    return frozenset(name for name in everything if bits & _bit(name))


def permission_bits(names: Iterable[str]) -> int:
    """The bits of permissions, as http.Caller has them."""
    bits = 0
    for name in names:
        bit = _bit(name)
        if not bit:
            raise ValueError(f"there is no permission {name}")
        bits |= bit
    return bits


def _bit(name: str) -> int:
    return int(_ffi.lib.canon_permission_find(encode(name)))


def role_permissions(role: str) -> FrozenSet[str]:
    """What a role may do; an unknown one is a viewer."""
    return permissions_of(_ffi.lib.canon_role_permissions(encode(role)))


# --- who is calling ---------------------------------------------------------


def identify(
    conn: Connection, bearer: Optional[str] = None, session: Optional[str] = None
) -> Principal:
    """Find out who is calling; a bearer credential decides alone.

    Raises AuthError (or DeniedError, BusyError, RemoteError), whose reason is
    "none", "key_unknown", "key_revoked", "key_expired", "key_lost", "token",
    "session", "deactivated", "provider" or "store".
    """
    credentials = _ffi.canon_credentials(
        size=ctypes.sizeof(_ffi.canon_credentials),
        bearer=encode(bearer),
        session=encode(session),
    )
    reason = ctypes.c_int()
    out = ctypes.POINTER(_ffi.canon_principal)()
    try:
        conn._call(
            _ffi.lib.canon_auth_identify,
            ctypes.byref(credentials),
            ctypes.byref(reason),
            ctypes.byref(out),
        )
    except errors.Error as error:
        error.reason = _REASONS.get(reason.value, "")
        raise
    try:
        return _principal(out.contents)
    finally:
        _ffi.lib.canon_principal_free(out)


def _principal(p: Any) -> Principal:
    orgs: List[str] = []
    while p.orgs[len(orgs)] is not None:
        orgs.append(_str(p.orgs[len(orgs)]))
    texts = (p.sub, p.email, p.name, p.picture, p.org_id, p.org)
    return Principal(
        _HOW.get(p.by, ""),
        *[_str(text) for text in texts],
        tuple(orgs),
        _str(p.github_login),
        _str(p.github_name),
        p.user_id,
        p.key_id,
        _time(p.last_login_us),
        permissions_of(p.permissions),
    )


def allows(
    engine: "Engine", principal: Principal, org: str, *permissions: str
) -> bool:
    """Does he belong to org ("": any) and hold all of these permissions?"""
    texts = {
        name: encode(value)
        for name, value in principal._asdict().items()
        if isinstance(value, str) and name != "by"
    }
    orgs = (ctypes.c_char_p * (len(principal.orgs) + 1))(*map(encode, principal.orgs))
    how = {name: number for number, name in _HOW.items()}
    p = _ffi.canon_principal(
        size=ctypes.sizeof(_ffi.canon_principal),
        by=how[principal.by],
        orgs=ctypes.cast(orgs, ctypes.POINTER(ctypes.c_char_p)),
        user_id=principal.user_id,
        key_id=principal.key_id,
        permissions=permission_bits(principal.permissions),
        **texts,
    )
    needed = permission_bits(permissions)
    function = _ffi.lib.canon_auth_allows
    return bool(function(engine.handle, ctypes.byref(p), encode(org), needed))


# --- users ------------------------------------------------------------------


def users(conn: Connection, text: Optional[str] = None) -> Iterator[User]:
    """All users by id, or those whose subject or e-mail is text."""
    after = 0
    while True:
        page = _list(
            conn, "canon_users", _user, "canon_user_list", encode(text), after, _PAGE
        )
        yield from page
        if len(page) < _PAGE:
            return
        after = page[-1].id


def _list(
    conn: Connection,
    kind: str,
    convert: Callable[[Any], Any],
    function: str,
    *arguments: Any,
) -> List[Any]:
    """Call a function that makes a list, and copy it."""
    found = ctypes.c_void_p()
    conn._call(getattr(_ffi.lib, function), *arguments, ctypes.byref(found))
    try:
        at = getattr(_ffi.lib, f"{kind}_at")
        count = getattr(_ffi.lib, f"{kind}_count")(found)
        return [convert(at(found, i).contents) for i in range(count)]
    finally:
        getattr(_ffi.lib, f"{kind}_free")(found)


def _user(u: Any) -> User:
    texts = [_str(text) for text in (u.sub, u.email, u.name, u.role)]
    created, last_login = _time(u.created_us), _time(u.last_login_us)
    return User(u.id, *texts, created, last_login, bool(u.active))


def put_user(
    conn: Connection, sub: str, email: str = "", name: str = "", role: str = ""
) -> int:
    """Add a user, or change what is given of the one with this subject: the id."""
    user = _ffi.canon_user(
        size=ctypes.sizeof(_ffi.canon_user),
        sub=encode(sub),
        email=encode(email),
        name=encode(name),
        role=encode(role),
        active=1,
    )
    number = ctypes.c_int64()
    conn._call(_ffi.lib.canon_user_put, ctypes.byref(user), ctypes.byref(number))
    return number.value


def activate_user(conn: Connection, user_id: int, active: bool = True) -> None:
    """Switch an account on, or off: keys, sessions and tokens are refused."""
    conn._call(_ffi.lib.canon_user_activate, user_id, int(active))


def put_member(
    conn: Connection, org: str, user_id: int, role: str, assigned_by: str = ""
) -> None:
    """Give a user a role in an organisation; role "" takes it away."""
    texts = encode(role), encode(assigned_by)
    conn._call(_ffi.lib.canon_member_put, encode(org), user_id, *texts)


# --- API keys ---------------------------------------------------------------


def create_key(
    conn: Connection,
    org: str,
    user_id: int,
    label: str = "",
    scopes: Iterable[str] = (),
    expires_days: int = 0,
    granted_by: Optional[Iterable[str]] = None,
) -> Tuple[str, int]:
    """Make a key: its secret, which is not shown again, and its id.

    granted_by are the permissions of who asks; None is an operator.
    """
    everything: int = _ffi.CANON_PERM_ALL
    granted = everything if granted_by is None else permission_bits(granted_by)
    order = _ffi.canon_key_order(
        size=ctypes.sizeof(_ffi.canon_key_order),
        org=encode(org),
        user_id=user_id,
        label=encode(label),
        scopes=permission_bits(scopes),
        granted_by=granted,
        expires_days=expires_days,
    )
    secret = ctypes.create_string_buffer(64)
    number = ctypes.c_int64()
    try:
        conn._call(
            _ffi.lib.canon_key_create,
            ctypes.byref(order),
            secret,
            ctypes.byref(number),
        )
        return _str(secret.value), number.value
    finally:
        ctypes.memset(secret, 0, len(secret))


def keys(conn: Connection, org: str, user_id: int = 0) -> List[Key]:
    """Keys of a user (0: of all) in an organisation, newest first."""
    return _list(conn, "canon_keys", _key, "canon_key_list", encode(org), user_id)


def _key(k: Any) -> Key:
    times = (k.created_us, k.expires_us, k.revoked_us, k.last_used_us)
    texts = (k.label, k.prefix, k.org, k.owner)
    return Key(
        k.id,
        *[_str(text) for text in texts],
        permissions_of(k.scopes),
        *[_time(us) for us in times],
    )


def revoke_key(conn: Connection, org: str, key_id: int, user_id: int = 0) -> None:
    """Revoke a key of a user (0: of anybody), for ever; else NotFoundError."""
    conn._call(_ffi.lib.canon_key_revoke, encode(org), user_id, key_id)


# --- login ------------------------------------------------------------------


def session_cookie(engine: "Engine") -> str:
    """The name of the cookie with the session."""
    return _str(_ffi.lib.canon_session_cookie(engine.handle))


def login_cookie_prefix(engine: "Engine") -> str:
    """How the name of the cookie of a login under way begins."""
    return _str(_ffi.lib.canon_login_cookie_prefix(engine.handle))


def next_cookie(engine: "Engine") -> str:
    """Name of the cookie with the path that was wanted before the login."""
    return _str(_ffi.lib.canon_next_cookie(engine.handle))


def remember_next(conn: Connection, path: str) -> Cookie:
    """That cookie, sealed and good for ten minutes."""
    cookie = _ffi.canon_cookie()
    conn._call(_ffi.lib.canon_next_remember, encode(path), ctypes.byref(cookie))
    return _some_cookie(cookie)


def recall_next(conn: Connection, cookie: str) -> str:
    """The path in such a cookie; NotFoundError when it is none or too old."""
    path = ctypes.c_char_p()
    conn._call(_ffi.lib.canon_next_recall, encode(cookie), ctypes.byref(path))
    return _str(path.value)


def check_login(engine: "Engine") -> None:
    """Raise InvalidError with the setting of the login that is missing."""
    error = _ffi.canon_error()
    check(_ffi.lib.canon_login_check(engine.handle, ctypes.byref(error)), error)


def begin_login(
    conn: Connection,
    org: Optional[str] = None,
    connection: Optional[str] = None,
    next: Optional[str] = None,
) -> Redirect:
    """Begin a login at the provider; the state in the URL names the cookie."""
    order = _ffi.canon_login_order(
        size=ctypes.sizeof(_ffi.canon_login_order),
        org=encode(org),
        connection=encode(connection),
        next=encode(next),
    )
    return _redirect(conn, _ffi.lib.canon_login_begin, ctypes.byref(order))


def _redirect(conn: Connection, function: Any, argument: Any) -> Redirect:
    out = ctypes.POINTER(_ffi.canon_redirect)()
    conn._call(function, argument, ctypes.byref(out))
    try:
        return Redirect(_str(out.contents.url), _cookie(out.contents.cookie))
    finally:
        _ffi.lib.canon_redirect_free(out)


def _answer(fields: Dict[str, Optional[str]]) -> Any:
    known = {name for name, *_ in _ffi.canon_login_answer._fields_} - {"size"}
    unknown = set(fields) - known
    if unknown:
        raise TypeError(f"an answer has no {sorted(unknown)}")
    return _ffi.canon_login_answer(
        size=ctypes.sizeof(_ffi.canon_login_answer),
        **{name: encode(value) for name, value in fields.items()},
    )


def finish_login(conn: Connection, **answer: Optional[str]) -> Login:
    """End a login: state, code, error and iss of the query, the cookie's
    content, and device, a name for the list of sessions.

    The reason of the exception is a word for the browser.
    """
    out = ctypes.POINTER(_ffi.canon_login)()
    reason = ctypes.c_char_p()
    try:
        conn._call(
            _ffi.lib.canon_login_finish,
            ctypes.byref(_answer(answer)),
            ctypes.byref(reason),
            ctypes.byref(out),
        )
    except errors.Error as error:
        error.reason = _str(reason.value)
        raise
    try:
        login = out.contents
        return Login(
            _str(login.org),
            _str(login.next),
            _str(login.sub),
            bool(login.first),
            _some_cookie(login.session),
            _cookie(login.refresh),
            _cookie(login.state),
        )
    finally:
        _ffi.lib.canon_login_free(out)


def logout(
    conn: Connection,
    session: Optional[str] = None,
    refresh_token: Optional[str] = None,
) -> str:
    """End a session and its refresh record: the URL to send the browser to."""
    with Buffer() as out:
        texts = encode(session), encode(refresh_token)
        conn._call(_ffi.lib.canon_logout, *texts, out.ref)
        return out.text


# --- refresh tokens ---------------------------------------------------------


def refresh_tokens(conn: Connection, refresh_token: str) -> Tokens:
    """Exchange a refresh token, which is then worthless.

    The reason of the exception is "unknown", "refused", "lost", "running",
    "provider" or "store".
    """
    out = ctypes.POINTER(_ffi.canon_tokens)()
    how = ctypes.c_int()
    try:
        conn._call(
            _ffi.lib.canon_tokens_refresh,
            encode(refresh_token),
            ctypes.byref(how),
            ctypes.byref(out),
        )
    except errors.Error as error:
        error.reason = _REFRESHES.get(how.value, "")
        raise
    try:
        return _tokens(out.contents)
    finally:
        _ffi.lib.canon_tokens_free(out)


def revoke_tokens(conn: Connection, refresh_token: str) -> None:
    """Revoke the record of a refresh token; an unknown one is no error."""
    conn._call(_ffi.lib.canon_tokens_revoke, encode(refresh_token))


# --- device login -----------------------------------------------------------


def begin_device(conn: Connection, org: Optional[str] = None) -> Device:
    """Begin the login of a program without a browser."""
    out = ctypes.POINTER(_ffi.canon_device)()
    conn._call(_ffi.lib.canon_device_begin, encode(org), ctypes.byref(out))
    try:
        d = out.contents
        texts = (
            d.device_code,
            d.user_code,
            d.verification_uri,
            d.verification_uri_complete,
        )
        return Device(*[_str(text) for text in texts], d.interval_s, d.expires_s)
    finally:
        _ffi.lib.canon_device_free(out)


def ask_device(conn: Connection, device_code: str) -> DevicePoll:
    """Ask how a device login is going; "slow": wait 5 seconds longer."""
    out = ctypes.POINTER(_ffi.canon_device_poll)()
    conn._call(_ffi.lib.canon_device_ask, encode(device_code), ctypes.byref(out))
    try:
        p = out.contents
        state = _STATES.get(p.state, "failed")
        tokens = _tokens(p.tokens) if state == "approved" else None
        texts = _str(p.email), _str(p.org)
        return DevicePoll(state, tokens, *texts, bool(p.refreshable))
    finally:
        _ffi.lib.canon_device_poll_free(out)


# --- GitHub account ---------------------------------------------------------


def github_enabled(engine: "Engine") -> bool:
    """Is a GitHub OAuth client configured?"""
    return bool(_ffi.lib.canon_github_enabled(engine.handle))


def begin_github(conn: Connection, session: str) -> Redirect:
    """Begin to link the GitHub account of a session."""
    return _redirect(conn, _ffi.lib.canon_github_begin, encode(session))


def finish_github(
    conn: Connection, session: str, **answer: Optional[str]
) -> List[Cookie]:
    """End it; the cookies to set. The reason of the exception is a word for the
    browser."""
    cookies = (_ffi.canon_cookie * 2)()
    count = ctypes.c_size_t()
    reason = ctypes.c_char_p()
    try:
        conn._call(
            _ffi.lib.canon_github_finish,
            encode(session),
            ctypes.byref(_answer(answer)),
            ctypes.byref(reason),
            cookies,
            ctypes.byref(count),
        )
    except errors.Error as error:
        error.reason = _str(reason.value)
        raise
    return [_some_cookie(cookies[i]) for i in range(count.value)]


def remove_github(conn: Connection, session: str) -> None:
    """Forget the GitHub account, and tell GitHub."""
    conn._call(_ffi.lib.canon_github_remove, encode(session))


# --- addresses --------------------------------------------------------------


def next_ok(path: str) -> bool:
    """May a browser be sent to this local path?"""
    return bool(_ffi.lib.canon_next_ok(encode(path)))


def same_origin(base: str, url: str) -> bool:
    """Has the URL the scheme, host and port of base?"""
    return bool(_ffi.lib.canon_same_origin(encode(base), encode(url)))
