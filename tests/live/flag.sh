#!/bin/sh
# The flag backends, and the program that flips, over a real Django with its admin, with
# django-config-models and models of the platform's shape.
#
#   tests/live/flag.sh [TEST...]    from the build folder; TEST is Class or Class.test
#
# SUBFERRY_VENV, or SUBFERRY_LIVE_VENV before it, names a folder to keep the Python packages in for
# the next time.
# Exit status: 0 all passed, 77 the packages cannot be had here, else something failed.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
name=flag
. "$here/../venv.sh"

# The newest there is; and a Django from before 3.2, whose lists count pages from 0.
need "$venv/flag-new" 'import config_models, django' django-config-models
need "$venv/flag-old" 'import config_models, django; assert django.VERSION < (3, 2)' \
	'Django>=2.2,<2.3' 'django-config-models<2.3' 'setuptools<81'

make -s -C "$build" tests/live/flag_driver tests/crash/interpose.so >&2
export SUBFERRY="$build/subferry" FLAG_DRIVER="$build/tests/live/flag_driver" FLAG_VENV="$venv"
export PYTHONDONTWRITEBYTECODE=1 LC_ALL=C.UTF-8 TZ=UTC
"$venv/flag-new/bin/python" "$here/flag/test_flag.py" "$@"
