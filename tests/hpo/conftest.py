"""What the tests of whole searches share."""

from collections.abc import Iterator

import boto3
import pytest
from moto.server import ThreadedMotoServer
from optuna.trial import FrozenTrial
from short_search import CPU, config_with, searched

from data.sources.glyphs import make_glyphs
from data.splits import SearchData


@pytest.fixture(scope="module")
def data() -> SearchData:
    return SearchData.of(make_glyphs(), 28, CPU)


@pytest.fixture(scope="module")
def undisturbed(data: SearchData, tmp_path_factory: pytest.TempPathFactory) -> list[FrozenTrial]:
    return searched(config_with(), data, tmp_path_factory.mktemp("undisturbed"))


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The URL of an empty bucket."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("NO_PROXY", "*")
        boto3.client("s3").create_bucket(Bucket="checkpoints")
        yield "s3://checkpoints"
    server.stop()
