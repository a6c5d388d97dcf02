"""Adds and reads sources as the app does, but without a process for each reading."""

from dataclasses import replace
from datetime import datetime
from ipaddress import ip_network
from urllib.parse import parse_qs, urlsplit

from flask import Flask

from database import db, utcnow
from enums import SourceKind
from models import Owner, Source
from remote_calendars import protocol
from remote_calendars.services import SERVICES, authorization_url
from sources import connections
from sources.access import current_access
from sources.entries import write_next
from sources.leases import lease
from sources.readings import read
from sources.secret_box import Secret, seal
from sources.sign_in import opened, row_name, sign_in
from support.fake_service import FakeService
from support.world import World


def open_network(app: Flask, network: str = "127.0.0.0/8") -> None:
    """Let the operator allow a network."""
    app.config["BOOKONCE"] = replace(app.config["BOOKONCE"], source_networks=(ip_network(network),))


def register(app: Flask, service: str, fake: FakeService) -> None:
    """Let the operator have registered the app at a service."""
    open_network(app)
    config = app.config["BOOKONCE"]
    app.config["BOOKONCE"] = replace(config, oauth_apps={**config.oauth_apps, service: fake.app})


class Sources:
    """The sources of one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        open_network(world.app)

    def add(
        self,
        owner: Owner,
        address: str,
        name: str = "",
        kind: SourceKind = SourceKind.ICS,
        username: str = "",
        password: str = "",
    ) -> Source:
        with self.world.inside():
            access, secret = current_access(), Secret(address, username, password)
            return connections.add_source(access, owner.id, kind, secret, name, ask=protocol.answer)

    def sign_in(self, owner: Owner, kind: SourceKind, fake: FakeService, writing: bool = False) -> Source:
        """Connect an account whose owner agrees to all that is asked for."""
        verifier = "v" * 43
        address = authorization_url(SERVICES[kind], fake.app, writing, "https://back.example/", "state", verifier)
        code = parse_qs(urlsplit(fake.agree(address)).query)["code"][0]
        with self.world.inside():
            asked = (current_access(), kind, "https://back.example/", code, verifier, writing)
            secret = sign_in(*asked, protocol.answer)
            return connections.connect_account(current_access(), owner.id, kind, secret, None, protocol.answer)

    def secret(self, source: Source) -> Secret:
        """Return what is encrypted in its row as it is now."""
        with self.world.inside():
            return opened(connections.get_source(source.owner_id, source.id), current_access())

    def write(self) -> list[bool]:
        """Write all appointments that are due; return whether each could be written."""
        ended = []
        with self.world.inside():
            while (done := write_next(current_access(), utcnow(), ask=protocol.answer)) is not None:
                ended.append(done)
        return ended

    def read(self, source: Source) -> bool:
        with self.world.inside():
            leased = lease(source.owner_id, source.id, utcnow())
            assert leased
            return read(leased, current_access(), utcnow(), ask=protocol.answer)

    def row(self, source: Source) -> Source:
        with self.world.inside():
            return connections.get_source(source.owner_id, source.id)

    def busy(self) -> list[tuple[datetime, datetime]]:
        rows = self.world.dump()["imported_times"]
        return sorted((row[3], row[4]) for row in rows)


def add_source_row(world: World, owner_id: int, address: str = "https://calendar.example.com/x.ics") -> int:
    """Return the id of a source that was never read, without asking anybody."""
    with world.inside():
        now = utcnow()
        source = Source(owner_id=owner_id, kind=SourceKind.ICS, name="Work", secret=b"", created_at=now, due_at=now)
        db.session.add(source)
        db.session.flush()
        source.secret = seal(current_access().key, row_name(source), Secret(address))
        db.session.commit()
        return source.id
