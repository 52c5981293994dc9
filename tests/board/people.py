"""A member of a team, as small as one can be: claims a book and says things to a board over any client."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode

import msgspec

from tokentray.core.board_crypto import (
    blinded_book,
    circle_of,
    finished_book,
    new_recovery_code,
    opened_manifest,
    parse_invite,
    sealed_card,
    sealed_envelope,
)

TRIED = {"v": 1, "kind": "c1", "adoption": "tried"}
DAILY = {"v": 1, "kind": "c1", "adoption": "daily"}
WORKED = {"v": 1, "kind": "c2", "outcome": "worked", "effort": "1-4h"}
MUCH = {"v": 1, "kind": "use", "tool": "other", "tokens": "<10M"}
BODIES = {"c1": TRIED, "c2": WORKED, "use": MUCH}


class Member:
    """`client` is anything with httpx's methods."""

    def __init__(self, client, link, code=None):
        self.client = client
        self.invite = parse_invite(link)
        self.code = code or new_recovery_code()
        document = client.get("/v1/manifest")
        assert document.status_code == 200, document.text
        self.manifest = opened_manifest(document.content, self.invite.root_hash)
        self.tickets = ()

    def ask_for_book(self, code=None):
        blinded = blinded_book(code or self.code, self.manifest)
        wish = {"season": self.manifest.season, "code": self.invite.code, "blinded": blinded}
        return self.client.post("/v1/books", content=msgspec.json.encode(wish))

    def claim(self):
        answer = self.ask_for_book()
        assert answer.status_code == 200, answer.text
        signatures = msgspec.json.decode(answer.content, type=dict[str, list[bytes]])["sigs"]
        self.tickets = finished_book(self.code, self.manifest, signatures)
        return self

    def ticket(self, week, kind, index=0):
        return next(each for each in self.tickets if (each.week, each.kind, each.index) == (week, kind, index))

    def put(self, ticket, body, *, week=None, kind=None, token=None):
        words = urlsafe_b64encode(ticket.token if token is None else token).decode()
        return self.client.put(
            f"/v1/fragments/{week or ticket.week}/{kind or ticket.kind}",
            content=msgspec.json.encode(body),
            headers={"Authorization": f'PrivateToken token="{words}"'},
        )

    def replace(self, ticket, body):
        return self.client.put(
            f"/v1/fragments/{ticket.week}/{ticket.kind}", content=msgspec.json.encode(body), headers=owner(ticket)
        )

    def delete(self, ticket):
        return self.client.delete(f"/v1/fragments/{ticket.week}/{ticket.kind}", headers=owner(ticket))

    def envelope(self, op, ticket, body=None):
        letter = {"op": op, "week": ticket.week, "kind": ticket.kind}
        letter |= {"token": ticket.token} if op == "put" else {"secret": ticket.secret}
        letter |= {} if body is None else {"body": body}
        return sealed_envelope(msgspec.json.encode(letter), self.manifest.seal, self.manifest.board)

    def send(self, envelope, path="/v1/sealed"):
        return self.client.post(path, content=envelope)

    def card(self, ticket, text=b"tried it, worked"):
        ct = sealed_card(text, self.invite.team_key, ticket.nonce, self.manifest.board, ticket.week)
        words = {"v": 1, "kind": "card", "category": "other", "outcome": "failed", "level": "team"}
        return {**words, "circle": circle_of(self.invite.team_key), "ct": b64encode(ct).decode()}


def owner(ticket):
    return {"Owner-Secret": urlsafe_b64encode(ticket.secret).decode()}
