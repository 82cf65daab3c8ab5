"""A provider of OpenID Connect on this machine, made of Authlib's own server: code flow, PKCE demanded, nonce required."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector, current_token
from authlib.oauth2.rfc6749 import ClientMixin, TokenMixin, grants
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from flask import Flask, jsonify
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

CLIENT_ID, CLIENT_SECRET = "yanxue", "a-made-up-secret-of-the-client"


@dataclass
class Client(ClientMixin):
    """We, as the province knows us."""

    back: str

    def get_client_id(self) -> str:
        return CLIENT_ID

    def get_default_redirect_uri(self) -> str:
        return self.back

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self.back

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == CLIENT_SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class Code:
    """An authorization code that was given out."""

    code: str
    user: dict[str, str]
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str
    code_challenge_method: str
    auth_time: int = field(default_factory=lambda: int(time.time()))

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> int:
        return self.auth_time

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


@dataclass
class Token(TokenMixin):
    """An access token that was given out."""

    user: dict[str, str]
    scope: str

    def is_expired(self) -> bool:
        return False

    def is_revoked(self) -> bool:
        return False

    def get_scope(self) -> str:
        return self.scope

    def check_client(self, client: Any) -> bool:
        return True


@dataclass
class Province:
    """The running provider: who is signed in there, and whether its id tokens are honest."""

    port: int = 0
    back: str = ""
    citizen: dict[str, str] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    key: Any = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1"}))
    forged: Any = None
    wrong_nonce: bool = False
    in_token: bool = True

    @property
    def issuer(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def open_province(back: str) -> Iterator[Province]:
    """Run it until the block ends."""
    house = Province(back=back)
    server = make_server("127.0.0.1", 0, _application(house), threaded=True)
    house.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield house
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _application(house: Province) -> Flask:
    app = Flask("province")
    server = AuthorizationServer(
        app,
        query_client=lambda client_id: Client(house.back) if client_id == CLIENT_ID else None,
        save_token=lambda token, request: house.tokens.update(
            {token["access_token"]: Token(request.user, token["scope"])}
        ),
    )
    server.register_grant(_grant(house), [_openid(house), CodeChallenge(required=True)])
    protect = ResourceProtector()
    protect.register_token_validator(_validator(house))
    _doors(app, house, server, protect)
    return app


def _doors(app: Flask, house: Province, server: AuthorizationServer, protect: ResourceProtector) -> None:
    @app.get("/.well-known/openid-configuration")
    def metadata() -> Any:
        names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "userinfo_endpoint": "userinfo"}
        found = {name: f"{house.issuer}/{path}" for name, path in names.items()}
        algorithms = {"id_token_signing_alg_values_supported": ["RS256"]}
        return jsonify({"issuer": house.issuer, "jwks_uri": f"{house.issuer}/jwks", **found, **algorithms})

    @app.get("/jwks")
    def jwks() -> Any:
        return jsonify({"keys": [house.key.as_dict(private=False)]})

    @app.get("/authorize")
    def authorize() -> Any:
        return server.create_authorization_response(grant_user=house.citizen)

    @app.post("/token")
    def token() -> Any:
        return server.create_token_response()

    @app.get("/userinfo")
    @protect("openid")
    def userinfo() -> Any:
        return jsonify(current_token.user)


def _grant(house: Province) -> type:
    class CodeGrant(grants.AuthorizationCodeGrant):  # type: ignore[misc]
        TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]

        def save_authorization_code(self, code: str, request: Any) -> None:
            said = request.payload.data
            house.codes[code] = Code(
                code,
                request.user,
                request.payload.redirect_uri,
                request.scope,
                "another" if house.wrong_nonce else said.get("nonce"),
                said["code_challenge"],
                said["code_challenge_method"],
            )

        def query_authorization_code(self, code: str, client: Any) -> Code | None:
            return house.codes.get(code)

        def delete_authorization_code(self, authorization_code: Code) -> None:
            house.codes.pop(authorization_code.code)

        def authenticate_user(self, authorization_code: Code) -> dict[str, str]:
            return authorization_code.user

    return CodeGrant


def _openid(house: Province) -> OpenIDCode:
    class OpenID(OpenIDCode):  # type: ignore[misc]
        def exists_nonce(self, nonce: str, request: Any) -> bool:
            return any(code.nonce == nonce for code in house.codes.values())

        def get_client_algorithm(self, client: Any) -> str:
            return "RS256"

        def resolve_client_private_key(self, client: Any) -> Any:
            return house.forged or house.key

        def get_client_claims(self, client: Any) -> dict[str, Any]:
            return {"iss": house.issuer, "aud": [CLIENT_ID]}

        def get_authorization_code_claims(self, authorization_code: Any) -> dict[str, Any]:
            return {"nonce": authorization_code.nonce, "auth_time": authorization_code.auth_time}

        def get_jwt_config(self, grant: Any, client: Any = None) -> dict[str, Any]:
            return {"key": house.forged or house.key, "alg": "RS256", "iss": house.issuer, "exp": 300}

        def generate_user_info(self, user: dict[str, str], scope: str) -> UserInfo:
            return UserInfo(user if house.in_token else {"sub": user["sub"]})

    return OpenID(require_nonce=True)


def _validator(house: Province) -> BearerTokenValidator:
    class Validator(BearerTokenValidator):  # type: ignore[misc]
        def authenticate_token(self, token_string: str) -> Token | None:
            return house.tokens.get(token_string)

    return Validator()
