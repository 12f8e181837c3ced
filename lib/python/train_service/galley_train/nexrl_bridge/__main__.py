"""python -m galley_train.nexrl_bridge --nexrl-url http://127.0.0.1:8000: the bridge, inside NexRL's image."""

import argparse

from ..__main__ import serve, server_options
from ..folders import Folders
from ..service import Service
from .bridged_model import KL_ESTIMATORS, LOSSES, BridgedModel


def main() -> None:
    parser = argparse.ArgumentParser(prog="galley_train.nexrl_bridge", description=__doc__)
    server_options(parser)
    parser.add_argument("--nexrl-url", default="http://127.0.0.1:8000", help="NexRL's API server")
    parser.set_defaults(port=8100)
    options = parser.parse_args()
    folders = Folders(options.folder, options.allow)
    service = Service(
        lambda asked: BridgedModel(asked, options.nexrl_url, options.folder.resolve()),
        folders,
        losses=LOSSES,
        kl_estimators=KL_ESTIMATORS,
        max_body_bytes=options.max_body_mb * 1024 * 1024,
        lease_s=options.lease,
        name="galley-nexrl-bridge",
    )
    serve(service, options)


if __name__ == "__main__":
    main()
