"""Asks the target for a client certificate, and says what it showed.

With `any`, OpenSSL must take what it cannot know. It verifies against the certificates that a
context trusts, and in TLS 1.2 the client's certificate comes in the clear: so it is trusted for
itself, as it arrives. TLS 1.3 encrypts it.
"""

import ssl

from windtunnel.proxy.tls.settings import ANY

IGNORE_TIMES = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME, which Python has no name for."""
HANDSHAKE_RECORD, CHANGE_CIPHER_RECORD = 22, 20
CERTIFICATE_MESSAGE = 11
RECORD_HEAD, MESSAGE_HEAD = 5, 4


def demand_certificate(context: ssl.SSLContext, trust: str) -> None:
    """Let a server's context take no client without a certificate: ANY, or of these authorities.

    Raises ssl.SSLError or ValueError where nobody can be trusted by them.
    """
    context.verify_mode = ssl.CERT_REQUIRED
    if trust != ANY:
        context.load_verify_locations(cadata=trust)
        return
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_TICKET
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VerifyFlags(IGNORE_TIMES)


class CertificateWatch:
    """Lets a context of ANY trust what one client shows. Fed before OpenSSL is."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        self._records = bytearray()
        self._messages = bytearray()
        self.done = False
        """Whether nothing more is to be fed: the certificate came, or none will."""

    def __repr__(self) -> str:
        return f"<CertificateWatch {'done' if self.done else 'waiting'}>"

    def feed(self, data: bytes) -> None:
        """Take what the target sent."""
        self._records += data
        while not self.done and len(self._records) >= RECORD_HEAD:
            kind, size = self._records[0], int.from_bytes(self._records[3:RECORD_HEAD])
            if len(self._records) < RECORD_HEAD + size:
                return
            body = self._records[RECORD_HEAD : RECORD_HEAD + size]
            del self._records[: RECORD_HEAD + size]
            self.done = kind == CHANGE_CIPHER_RECORD
            if kind == HANDSHAKE_RECORD:
                self._messages += body
                self._read_messages()

    def _read_messages(self) -> None:
        while not self.done and len(self._messages) >= MESSAGE_HEAD:
            size = int.from_bytes(self._messages[1:MESSAGE_HEAD])
            if len(self._messages) < MESSAGE_HEAD + size:
                return
            if self._messages[0] == CERTIFICATE_MESSAGE:
                self.done = True
                for certificate in _certificates(
                    bytes(self._messages[MESSAGE_HEAD : MESSAGE_HEAD + size])
                ):
                    self._trust(certificate)
            del self._messages[: MESSAGE_HEAD + size]

    def _trust(self, certificate: bytes) -> None:
        try:
            self._context.load_verify_locations(cadata=certificate)
        except ssl.SSLError:
            return  # it is no certificate: OpenSSL says so, when it gets it


def _certificates(message: bytes) -> list[bytes]:
    found, at = [], 3
    while at + 3 <= len(message):
        size = int.from_bytes(message[at : at + 3])
        found.append(message[at + 3 : at + 3 + size])
        at += 3 + size
    return [each for each in found if each]


def shown_certificate(tls: ssl.SSLObject) -> str:
    """Return whose certificate the peer showed, such as "CN=orders"; "" where it showed none."""
    der = tls.getpeercert(binary_form=True)
    if not der:
        return ""
    # Imported here: few proxies ask for a certificate.
    from cryptography import x509  # noqa: PLC0415 - the reason above

    certificate = x509.load_der_x509_certificate(der)
    subject = certificate.subject.rfc4514_string()
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return subject
    return ", ".join(filter(None, (subject, *(str(each.value) for each in names))))


def client_refusal(error: ssl.SSLError) -> str:
    """Return why a handshake failed by what the client showed of itself; "" for another cause."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the target's certificate: {error.verify_message}"
    if error.reason == "PEER_DID_NOT_RETURN_A_CERTIFICATE":
        return "the target showed no certificate"
    return ""
