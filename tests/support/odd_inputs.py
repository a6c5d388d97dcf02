"""Odd values for the fields of a request: broken text, text with a meaning elsewhere, dates and numbers."""

PROBE = '"><script>x</script>'

ODD = [b"\xff\xfe", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82"] + [
    text.encode() for text in (
        "", " ", "\0", "a\0b", "\r\n", "\r", "a\r\nSet-Cookie: a=b", "\nSet-Cookie: a=b", "\t", "\x7f",
        "\x85", "\u2028", "\u202e", "\ufffe", "é", "🙂",
        "a" * 300, "9" * 5000, "é" * 2001, PROBE, f"'{PROBE}", '" onload="x', "</textarea><script>x</script>",
        "javascript:x", "{{ 7 * 7 }}", "%s%n%(x)s", "%00", "%2e%2e%2f", "%", "%zz", "+", "&", ";", "=", "[]", "/", "//",
        "//x.example", "\\\\x", ".", "..", "../../etc/passwd", "/etc/passwd", ".ics", "~", "*", "null", "None",
        "0", "-1", "00", "1e9", "0x1", "1_0", "٣", "²", "NaN", "inf", "9223372036854775807", "9223372036854775808",
        "999999999999999999", "0000-13-99", "0000-00-00", "0001-01-01", "1969-12-31", "9999-12-31", "9999-12",
        "8999-12-31", "8999-12", "1970-01", "10000-01-01", "2026-02-30", "2026-1-1", "٢٠٢٦-١٢", "２０２６-１２-０３",
        "0001-01",
        "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "8999-12-31T23:59:59Z", "1970-01-01T00:00:00Z",
        "2026-11-30T24:00:00Z", "2026-11-30T10:00:60Z", "2026-11-30T10:00:00+24:00", "2026-11-30T10:00:00",
        "Europe/Berlin\0", "europe/berlin", "Europe", "Etc/GMT+14", "Etc/GMT-14",
        "Pacific/Kiritimati", "localtime", "posixrules",
        "a@b@c.example", "@", "a\0@b.example", "9:00-8:00", "24:00-25:00", "0:00-24:00, 0:00-24:00", "-,-", "1440",
        '"; filename="x', "http://[", "[::1", "a b:0", "localhost:99999", "1.2.3.4:", "bytes=-0", "--edge--\r\n",
    )
]  # fmt: skip
