"""Why there is no TLS session, in plain words; libraries have only the names of OpenSSL's errors."""

import re

from hexmon.model.observation import Outcome, Reply

_REFUSED_CLIENT = "it wants a client certificate, or another one than ours"
_STRANGER = "its certificate comes from an authority that this machine does not know"
# The first that is found counts. Alerts are what the server says of us, the others what we say of the server.
_WORDS = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (
            r"alert.*(certificate required|bad certificate|unknown ca|certificate unknown)|certificate required",
            _REFUSED_CLIENT,
        ),
        (r"certificate has expired", "its certificate has expired"),
        (r"not yet valid", "its certificate is not valid yet"),
        (r"self.signed certificate in", _STRANGER),
        (r"self.signed", "its certificate is self-signed"),
        (r"issuer certificate|verify the first", _STRANGER),
        (r"does not match|hostname mismatch|no alternative certificate subject", "its certificate is for another name"),
        (r"certificate verify failed|certificate problem", "its certificate is not acceptable"),
        (
            r"protocol version|unsupported protocol|version too low|no protocols available",
            "no version of TLS in common",
        ),
        (r"no shared cipher|no ciphers? (available|match)", "no cipher in common"),
        (r"handshake failure", "it refuses our offer: no cipher in common, or it wants a client certificate"),
        (
            r"wrong version number|packet length|http request|unknown protocol|record layer",
            "it does not speak TLS here",
        ),
        (r"unrecognized name", "it does not know the name that was asked for"),
        (
            r"unexpected eof|eof occurred|syscall|reset by peer",
            "it closed the connection in the midst of the handshake",
        ),
        (r"dh key too small|ee key too small|ca md too weak|ca key too small", "its keys are too weak"),
    )
)


def why_no_session(reply: Reply) -> str:
    """`no version of TLS in common (tlsv1 alert protocol version)`; "" when TLS did not fail or nothing is known."""
    if reply.outcome is not Outcome.TLS or not reply.detail or reply.detail == reply.summary:
        return ""
    said = reply.detail.lower().replace("_", " ")
    found = next((words for pattern, words in _WORDS if pattern.search(said)), "")
    return f"{found[0].upper()}{found[1:]} ({reply.detail})" if found else reply.detail
