"""The limits of what people can enter: the models, the forms and the command line share them."""

MAX_NAME = 200
MAX_EMAIL = 254  # RFC 5321, section 4.5.3.1.3
MAX_PHONE = 40
MAX_LABEL = 200
"""Characters of a note in one line: a link's label, a busy time's note, the hours of a day."""
MAX_LINE = 500
"""Characters of a location, a contact, a reason."""
MAX_ADDRESS = 2000
"""Characters of the address of another calendar."""
MAX_TEXT = 2000
"""Characters of a description, or of an invitee's notes."""
MAX_ANSWER = 500
"""Characters of an answer: ten of them, in any script, fit into a form with the other fields."""
MIN_PASSWORD, MAX_PASSWORD = 8, 200

MAX_DAYS = 3650
MAX_NOTICE = MAX_DAYS * 24 * 60
"""Minutes."""
MAX_REMINDER = 30 * 24 * 60
"""Minutes before the start."""
