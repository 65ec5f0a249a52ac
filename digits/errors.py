"""The one exception for what a person gave and the program cannot use."""


class InputError(ValueError):
    """A file or setting cannot be used; its message is one sentence that says what, where and why.

    Scripts print the sentence and exit with status 1; every other exception is a bug.
    """
