"""The name of a browser and its system from the User-Agent header, for a person who looks at their list of browsers."""

# The first that is found counts: most browsers also say the names of others.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Vivaldi/", "Vivaldi"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("Lynx/", "Lynx"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser_name(user_agent: str) -> str:
    """Return `Firefox, Linux`, or what of it is known; '' if nothing is."""
    names = (next((name for sign, name in table if sign in user_agent), "") for table in (BROWSERS, SYSTEMS))
    return ", ".join(filter(None, names))
