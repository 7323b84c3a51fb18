"""OpenLDAP's slapd on loopback, with a small directory, for as long as a `with` lasts."""

import contextlib
import socket
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.support.peers import peer
from tests.support.servers import authority, closed_port

SUFFIX = "dc=example,dc=test"
ADMIN, PASSWORD = f"cn=admin,{SUFFIX}", "se:cret"

_CONFIGURATION = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/pid
{tls}
{more}
database mdb
suffix "{suffix}"
rootdn "{admin}"
rootpw "{password}"
directory {folder}/db
maxsize 10485760
access to dn.subtree="ou=private,{suffix}" by users read by * auth
access to * by * read
"""
_TLS = "TLSCertificateFile {folder}/cert.pem\nTLSCertificateKeyFile {folder}/key.pem"

_ENTRIES = f"""
dn: {SUFFIX}
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: ou=people,{SUFFIX}
objectClass: organizationalUnit
ou: people

dn: cn=Ada Lovelace,ou=people,{SUFFIX}
objectClass: inetOrgPerson
cn: Ada Lovelace
sn: Lovelace
mail: ada@example.test
employeeNumber: 7
userPassword: engine

dn: cn=Bob (x*),ou=people,{SUFFIX}
objectClass: inetOrgPerson
cn: Bob (x*)
sn: Böb
employeeNumber: 12

dn: ou=private,{SUFFIX}
objectClass: organizationalUnit
ou: private

dn: ou=elsewhere,{SUFFIX}
objectClass: referral
objectClass: extensibleObject
ou: elsewhere
ref: ldap://127.0.0.1:9/{SUFFIX}
"""


class Slapd:
    """Where it listens: `port` for LDAP on every address it was given, `tls_port` for LDAP over TLS on the first."""

    def __init__(self, port: int, tls_port: int) -> None:
        self.port = port
        self.tls_port = tls_port


@contextlib.contextmanager
def slapd(
    folder: Path, *, addresses: Sequence[str] = ("127.0.0.1",), tls: bool = True, more: str = ""
) -> Iterator[Slapd]:
    """Fill a directory and serve it; `more` are lines of slapd.conf."""
    program, fill = peer("slapd"), peer("slapadd")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "db").mkdir()
    certificate = authority().issue_cert("ldap.test", "127.0.0.1")
    certificate.private_key_pem.write_to_path(str(folder / "key.pem"))
    certificate.cert_chain_pems[0].write_to_path(str(folder / "cert.pem"))
    configuration = folder / "slapd.conf"
    values = {"folder": folder, "suffix": SUFFIX, "admin": ADMIN, "password": PASSWORD, "more": more}
    configuration.write_text(_CONFIGURATION.format(tls=_TLS.format(folder=folder) if tls else "", **values))
    (folder / "data.ldif").write_text(_ENTRIES.lstrip())
    subprocess.run([fill, "-f", configuration, "-l", folder / "data.ldif"], check=True, capture_output=True)
    port, tls_port = closed_port(), closed_port()
    places = [(address, port) for address in addresses] + ([(addresses[0], tls_port)] if tls else [])
    urls = [f"ldap{'s' * (at == tls_port)}://{address}:{at}/" for address, at in places]
    command = [str(program), "-f", str(configuration), "-h", " ".join(urls), "-d", "stats"]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stderr=log) as process:
        try:
            for address, at in places:
                _wait_until_it_listens(process, (address.strip("[]"), at), folder / "log")
            yield Slapd(port, tls_port)
        finally:
            process.terminate()


def _wait_until_it_listens(process: "subprocess.Popen[bytes]", place: tuple[str, int], log: Path) -> None:
    """It does not say when it does, so it is asked."""
    while True:
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection(place).close()
            return
        assert process.poll() is None, log.read_text(errors="replace")
