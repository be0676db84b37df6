"""What the tests of AWS's clients share: a call that has to be refused, and with which code."""
import botocore.exceptions
import pytest


def refused(call, code):
    """Makes the call, which must fail with this error code; its message."""
    with pytest.raises(botocore.exceptions.ClientError) as error:
        call()
    assert error.value.response["Error"]["Code"] == code, error.value
    return error.value.response["Error"]["Message"]
