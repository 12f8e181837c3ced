"""Entry of a Python process of Galley. Kept readable for old Pythons, so that they can say that they are too old."""

import sys

if sys.version_info < (3, 10):
    sys.stderr.write(
        "%s is Python %d.%d; Galley needs 3.10 or newer. Name another with GALLEY_PYTHON.\n"
        % (sys.executable, sys.version_info[0], sys.version_info[1])
    )
    sys.exit(86)

# multiprocessing imports this file again in the processes that it spawns
if __name__ == "__main__":
    from galley_host.main import main

    # what lies beside this file must not be found by the imports of recipes
    del sys.path[0]
    main()
