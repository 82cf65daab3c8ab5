"""Signing in and out."""

from typing import Any
from uuid import UUID

from flask import current_app, g, redirect, render_template, request, session, url_for
from flask_login import login_user, logout_user

from lms.accounts import queries, rules, sessions, signing_in
from lms.accounts.forms import CodeForm, PasswordForm, PhoneForm, WhoForm
from lms.accounts.routes.blueprint import bp, own_path
from lms.foundation import secrets
from lms.foundation.database import transaction
from lms.foundation.errors import NotSignedIn, Refused
from lms.foundation.permissions import Access, allow
from lms.foundation.principal import current


@bp.route("/sign-in", methods=["GET", "POST"])
@allow(Access.PUBLIC)
def sign_in() -> Any:
    """Ask for the phone number and send a code."""
    form = PhoneForm()
    if "next" in request.args:
        session["next"] = own_path(request.args["next"])
    if not form.validate_on_submit():
        return render_template("accounts/sign_in.html", form=form), 422 if form.errors else 200
    code = signing_in.new_code(form.normal)
    session["phone"] = secrets.blind_index("phone", form.normal).hex()
    session["phone_mask"] = rules.mask_phone(form.normal)
    session["shown"] = current_app.extensions["sender"].send_code(form.normal, code)
    return redirect(url_for("accounts.code"))


@bp.route("/sign-in/code", methods=["GET", "POST"])
@allow(Access.PUBLIC)
def code() -> Any:
    """Take the code."""
    if "phone" not in session:
        return redirect(url_for("accounts.sign_in"))
    form = CodeForm()
    if form.validate_on_submit():
        try:
            return _welcome(signing_in.by_code(bytes.fromhex(session["phone"]), _digits(form.code.data or "")))
        except Refused as refusal:
            form.code.errors = [refusal.sentence]
    return render_template("accounts/code.html", form=form), 422 if form.errors else 200


@bp.route("/sign-in/password", methods=["GET", "POST"])
@allow(Access.PUBLIC)
def password() -> Any:
    """Take phone and password."""
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            return _welcome(signing_in.by_password(form.normal, form.password.data or ""))
        except Refused as refusal:
            form.password.errors = [refusal.sentence]
    return render_template("accounts/password.html", form=form), 422 if form.errors else 200


@bp.route("/sign-in/who", methods=["GET", "POST"])
@allow(Access.PUBLIC)
def who() -> Any:
    """Ask which of the people who share a phone this is."""
    people = [signing_in.Candidate(UUID(i), name, mask) for i, name, mask in session.get("people", [])]
    if not people:
        return redirect(url_for("accounts.sign_in"))
    chosen = [person for person in people if str(person.id) == request.form.get("person")]
    form = WhoForm()
    if form.validate_on_submit() and chosen:
        return _welcome(chosen)
    return render_template("accounts/who.html", form=form, people=people)


@bp.post("/sign-out")
@allow(Access.PUBLIC)
def sign_out() -> Any:
    """End the session here."""
    logout_user()
    session.clear()
    return redirect(url_for("accounts.sign_in"))


@bp.get("/api/session")
@allow(Access.PUBLIC)
def session_state() -> Any:
    """Whether the session is alive, and a fresh token for forms and beats (JSON)."""
    if not current().signed_in:
        raise NotSignedIn()
    return {"signed_in": True}


def _welcome(people: list[signing_in.Candidate]) -> Any:
    """Sign the one person in under a new session, or ask which of several it is."""
    if len(people) > 1:
        session["people"] = [[str(p.id), p.name, p.masked_id_number] for p in people]
        return redirect(url_for("accounts.who"))
    with transaction(sessions.keeper):
        account = queries.account(people[0].id)
    if account is None:
        raise NotSignedIn()
    to = session.get("next") or url_for("accounts.root")
    session.clear()
    session.start_anew()  # type: ignore[attr-defined]
    g.account = account
    login_user(sessions.User(account))
    return redirect(to)


def _digits(text: str) -> str:
    return "".join(c for c in text.translate(rules.FULL_WIDTH) if c.isdigit())
