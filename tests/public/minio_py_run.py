# tests/public/minio_py_run.py - minio-py's functional tests, past the first one that fails
"""minio_py_run.py TESTS: the suite ends with its first failure; here it goes on."""
import importlib.util
import sys


def main():
    spec = importlib.util.spec_from_file_location("suite", sys.argv[1])
    suite = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(suite)
    call = suite._call_test

    def go_on(*args, **kwargs):
        try:
            call(*args, **kwargs)
        except suite.TestFailed:
            pass

    suite._call_test = go_on
    suite.main()


if __name__ == "__main__":
    main()
