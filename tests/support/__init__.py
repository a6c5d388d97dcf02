"""What the tests are made of: databases, servers, browsers, and a world of owners, calendars and links."""
