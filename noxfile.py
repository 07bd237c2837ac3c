"""Development sessions: `nox -l` lists them, `nox -s NAME` runs one.

A session makes its own environment below .nox; it needs a C++17 compiler and, for the C++ tests,
GoogleTest from the system. Arguments after `--` go to pytest or ctest.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import nox

nox.needs_version = ">=2024.10.9"
nox.options.default_venv_backend = "venv"
nox.options.reuse_venv = "yes"
nox.options.sessions = ["tests", "cpp"]

ROOT = Path(__file__).parent
REPORTS = ROOT / "build" / "reports"
LONG_TESTS = ("--timeout=3600", "--verbose")
PYPROJECT = nox.project.load_toml("pyproject.toml")


def install_groups(session: nox.Session, *groups: str) -> None:
    """Installs dependency groups of pyproject.toml."""
    session.install(*nox.project.dependency_groups(PYPROJECT, *groups))


def install_package(session: nox.Session, *extras: str) -> None:
    """Installs the package as a user gets it: built into a wheel, with these extras.

    Where several sessions check one commit, PAGEDRADIX_WHEEL_DIR names a directory for the wheel;
    the first session builds it and the others take it from there.
    """
    wheel_dir = Path(os.environ.get("PAGEDRADIX_WHEEL_DIR", session.create_tmp())).resolve()
    if "PAGEDRADIX_WHEEL_DIR" not in os.environ:
        shutil.rmtree(wheel_dir, ignore_errors=True)
    if not list(wheel_dir.glob("pagedradix-*.whl")):
        session.run("pip", "wheel", "--no-deps", "--wheel-dir", str(wheel_dir), ".")
    (wheel,) = wheel_dir.glob("pagedradix-*.whl")
    session.install(f"{wheel}[{','.join(extras)}]" if extras else str(wheel))
    # In a reused environment the version is the same and pip would keep the old build.
    session.install("--force-reinstall", "--no-deps", str(wheel))


def run_cpp_tests(session: nox.Session, preset: str, *ctest_args: str) -> None:
    """Configures, builds and tests one preset of CMakePresets.json."""
    install_groups(session, "cpp")
    session.run("cmake", "--preset", preset)
    session.run("cmake", "--build", "--preset", preset)
    session.run(
        "ctest",
        f"--preset={preset}",
        f"--parallel={os.cpu_count()}",
        f"--output-junit={REPORTS / session.name}.xml",
        *ctest_args,
        *session.posargs,
    )


@nox.session
def tests(session: nox.Session) -> None:
    """The Python tests, against an installed wheel."""
    install_package(session, "test")
    session.run("pytest", f"--junitxml={REPORTS / 'tests.xml'}", *session.posargs)


@nox.session
def cpp(session: nox.Session) -> None:
    """The C++ tests, optimised."""
    run_cpp_tests(session, "release")


@nox.session
def asan(session: nox.Session) -> None:
    """The C++ tests under AddressSanitizer and UndefinedBehaviorSanitizer."""
    run_cpp_tests(session, "asan-ubsan")


@nox.session
def tsan(session: nox.Session) -> None:
    """The C++ tests under ThreadSanitizer."""
    run_cpp_tests(session, "tsan")


@nox.session
def aarch64(session: nox.Session) -> None:
    """The C++ tests built for 64-bit Arm, run by qemu; minutes.

    Needs g++-aarch64-linux-gnu, googletest and qemu-user.
    """
    install_groups(session, "cpp")
    googletest = ROOT / "build" / "aarch64-googletest"
    session.run(
        "cmake",
        "-GNinja",
        "-Wno-dev",
        "-S/usr/src/googletest",
        f"-B{googletest}",
        f"--toolchain={ROOT / 'cmake' / 'aarch64-linux-gnu.cmake'}",
        f"-DCMAKE_INSTALL_PREFIX={googletest / 'installed'}",
        "-DCMAKE_BUILD_TYPE=Release",
        "-DBUILD_GMOCK=OFF",
        silent=True,
    )
    session.run("cmake", "--build", str(googletest), "--target=install", silent=True)
    run_cpp_tests(session, "aarch64", "--timeout=1800")


@nox.session(venv_backend="none")
def free_threaded(session: nox.Session) -> None:
    """The Python tests without the GIL, in a CPython 3.13t that is built first; minutes.

    Needs Debian's apt, libffi-dev, libssl-dev and zlib1g-dev.
    """
    home = ROOT / "build" / "free_threaded"
    session.run(sys.executable, "tests/free_threaded/build_python.py", str(home / "python"))
    session.run(str(home / "python/bin/python3.13t"), "-m", "venv", str(home / "venv"))
    python = str(home / "venv/bin/python")
    # The extra `test` without itself and tvm-ffi: apache-tvm-ffi has no wheel for this interpreter.
    tools = PYPROJECT["project"]["optional-dependencies"]["test"]
    tools = [requirement for requirement in tools if not requirement.startswith("pagedradix")]
    # The newest NumPy may have no wheel either, but an older one does.
    session.run(python, "-m", "pip", "install", "--prefer-binary", ".[plot]", *tools)
    # PYTHON_GIL=0 would hide a module that turns the GIL on.
    report = f"--junitxml={REPORTS / 'free_threaded.xml'}"
    session.run(python, "-m", "pytest", report, *session.posargs, env={"PYTHON_GIL": None})


@nox.session
def lint(session: nox.Session) -> None:
    """Every static check; an argument names one hook of .pre-commit-config.yaml.

    Needs google-benchmark and GoogleTest.
    """
    install_groups(session, "lint", "cpp", "bindings")
    # stubtest compares the stubs with the built module; mypy reads what the tests import.
    install_package(session, "test", "dev")
    pybind11_dir = session.run("python", "-m", "pybind11", "--cmakedir", silent=True) or ""
    # clang-tidy reads the sources as the build joins them: most of its time goes into headers.
    session.run(
        "cmake",
        "--preset=dev",
        "-B",
        "build/lint",
        "-DPAGEDRADIX_BUILD_PYTHON=ON",
        "-DPAGEDRADIX_BUILD_BENCHMARKS=ON",
        "-DPAGEDRADIX_TVM_FFI=ON",
        "-DCMAKE_UNITY_BUILD=ON",
        f"-Dpybind11_DIR={pybind11_dir.strip()}",
        silent=True,
    )
    session.run("pre-commit", "run", "--all-files", *session.posargs)


@nox.session(name="format")
def format_(session: nox.Session) -> None:
    """Formats everything in place."""
    install_groups(session, "lint")
    listed = session.run("git", "ls-files", "-z", silent=True, external=True) or ""
    files = [name for name in listed.split("\0") if not name.startswith("tests/data/")]
    cxx = [name for name in files if name.endswith((".cpp", ".hpp"))]
    cmake = [name for name in files if name.endswith(("CMakeLists.txt", ".cmake"))]
    session.run("clang-format", "-i", *cxx)
    session.run("gersemi", "--in-place", *cmake)
    session.run("ruff", "check", "--fix-only", ".")
    session.run("ruff", "format", ".")


@nox.session
@nox.parametrize("consumer", ["find_package", "cimport"], ids=["find_package", "cimport"])
def consumers(session: nox.Session, consumer: str) -> None:
    """Other people's projects, built against nothing but the installed wheel."""
    install_package(session)
    install_groups(session, "cpp")
    work = Path(session.create_tmp()).resolve() / consumer
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(ROOT / "tests" / "consumers" / consumer, work)
    session.chdir(work)
    if consumer == "find_package":
        query = "import sysconfig; print(sysconfig.get_path('platlib'))"
        prefix = session.run("python", "-c", query, silent=True) or ""
        session.run("cmake", "-G", "Ninja", "-B", "build", f"-DCMAKE_PREFIX_PATH={prefix.strip()}")
        session.run("cmake", "--build", "build")
        session.run("build/consumer", external=True)
    else:
        install_groups(session, "cython-consumer")
        session.run("python", "setup.py", "--quiet", "build_ext", "--inplace")
        session.run("python", "check.py")


@nox.session
def coverage(session: nox.Session) -> None:
    """Line and branch coverage: of the C++ headers by the C++ tests, of the package by pytest."""
    install_groups(session, "coverage")
    run_cpp_tests(session, "coverage")
    session.run(
        "gcovr",
        "--root=.",
        "--filter=cpp/include/",
        "--exclude-throw-branches",
        "--merge-mode-functions=merge-use-line-min",
        "--print-summary",
        "--html-details=build/coverage/cpp.html",
        "build/coverage",
    )
    install_package(session, "test")
    session.run("pytest", "--cov", "--cov-report=term", "--cov-report=html:build/coverage/python")


BENCH_ROUNDS = 3


@nox.session
def bench(session: nox.Session) -> None:
    """All benchmarks, in rounds, and which targets they meet; arguments go to the C++ programs.

    With PAGEDRADIX_BENCH_SCALE, a fraction, workloads shrink and the C++ programs run once: enough
    to see that all of them work. Needs google-benchmark.
    """
    only_try = "PAGEDRADIX_BENCH_SCALE" in os.environ
    install_groups(session, "cpp")
    build = ROOT / "build" / "bench"
    results = build / "results"
    shutil.rmtree(results, ignore_errors=True)
    results.mkdir(parents=True)
    session.run(
        "cmake",
        "--preset=release",
        f"-B{build}",
        "-DPAGEDRADIX_BUILD_BENCHMARKS=ON",
        "-DPAGEDRADIX_BUILD_TESTS=OFF",
    )
    session.run("cmake", "--build", str(build))
    if not only_try:
        install_package(session, "test")
    for number in range(1 if only_try else BENCH_ROUNDS):
        run_cpp_benchmarks(session, build / "cpp" / "bench", results, number)
        if not only_try:
            json = f"--benchmark-json={results / f'python.{number}.json'}"
            session.run("pytest", "tests/bench", "--benchmark-enable", json)
    session.run("python", "benchmarks/machine.py", str(results / "machine.json"))
    session.run("python", "benchmarks/report.py", str(results))
    if only_try:
        session.log("Workloads were scaled down: all of it works; what it costs is not to be seen.")


def run_cpp_benchmarks(session: nox.Session, programs: Path, results: Path, number: int) -> None:
    """Runs each program once; the figures go to ``<program>.<number>.json``."""
    for source in sorted((ROOT / "cpp" / "bench").glob("*_bench.cpp")):
        session.run(
            str(programs / source.stem),
            "--benchmark_min_time=0.1",
            f"--benchmark_out={results / f'{source.stem}.{number}.json'}",
            *session.posargs,
            external=True,
        )


@nox.session
def instructions(session: nox.Session) -> None:
    """Instruction counts beside those of the parent commit, or of the commit named."""
    session.run("python", "benchmarks/instructions.py", *session.posargs)


@nox.session
def peers(session: nox.Session) -> None:
    """The same workloads on pagedradix and on what a user would pick instead; installs those."""
    install_package(session, "plot")
    session.run("python", "-m", "peers", *session.posargs, env={"PYTHONPATH": "benchmarks"})


@nox.session
def fuzz(session: nox.Session) -> None:
    """Fuzzes each target for 60 s, or as many seconds as the argument says (needs clang)."""
    install_groups(session, "cpp")
    targets = sorted(path.name for path in (ROOT / "tests" / "fuzz" / "corpus").iterdir())
    programs = [f"{target}_fuzzer" for target in targets]
    session.run("cmake", "--preset", "fuzz")
    session.run("cmake", "--build", "build/fuzz", "--target", *programs)
    seconds = session.posargs[0] if session.posargs else "60"
    for target, program in zip(targets, programs, strict=True):
        found = ROOT / "build" / "fuzz" / "found" / target
        found.mkdir(parents=True, exist_ok=True)
        session.run(
            f"build/fuzz/tests/fuzz/{program}",
            str(found),
            f"tests/fuzz/corpus/{target}",
            f"-max_total_time={seconds}",
            "-max_len=1000",
            "-timeout=30",
            f"-artifact_prefix={found.parent}/{target}-",
            external=True,
        )


@nox.session
def fuzz_python(session: nox.Session) -> None:
    """Fuzzes each Python target for 60 s, or as many seconds as the argument says.

    Needs a Python with a wheel of Atheris, as 3.11.
    """
    install_package(session)
    install_groups(session, "fuzz-python")
    found = ROOT / "build" / "fuzz_python"
    seconds = session.posargs[0] if session.posargs else "60"
    for corpus in sorted((ROOT / "tests" / "fuzz" / "corpus_python").iterdir()):
        (found / corpus.name).mkdir(parents=True, exist_ok=True)
        session.run(
            "python",
            "tests/fuzz/python/fuzz.py",
            corpus.name,
            str(found / corpus.name),
            str(corpus),
            f"-max_total_time={seconds}",
            "-max_len=800",
            "-len_control=0",
            "-timeout=30",
            f"-artifact_prefix={found}/{corpus.name}-",
            env={"PYTHONPATH": "tests/reference:tests/python"},
        )


@nox.session
def model(session: nox.Session) -> None:
    """The model of the concurrency protocol, whole (needs spin); minutes."""
    session.run("docs/model/check", *session.posargs, external=True)


@nox.session
def mutations(session: nox.Session) -> None:
    """Takes each protection of the protocol out and sees its test fail; minutes."""
    session.run("python", "tests/mutations/run.py", *session.posargs)


@nox.session
def histories(session: nox.Session) -> None:
    """A million small histories of a tree, each searched for a legal sequential order.

    PAGEDRADIX_TEST_SCALE is the number in ten thousands.
    """
    session.env["PAGEDRADIX_TEST_SCALE"] = os.environ.get("PAGEDRADIX_TEST_SCALE", "100")
    run_cpp_tests(session, "release", "--tests-regex=Linearizability", *LONG_TESTS)


STRESS_PRESETS = ["release", "asan-ubsan", "tsan"]


@nox.session
@nox.parametrize("preset", STRESS_PRESETS, ids=STRESS_PRESETS)
def stress(session: nox.Session, preset: str) -> None:
    """The C++ tests of concurrency, 20 times as long; PAGEDRADIX_TEST_SCALE for more."""
    session.env["PAGEDRADIX_TEST_SCALE"] = os.environ.get("PAGEDRADIX_TEST_SCALE", "20")
    run_cpp_tests(session, preset, "--tests-regex=Concurrent|SlabHeapThreads", *LONG_TESTS)


@nox.session
def long(session: nox.Session) -> None:
    """All that takes minutes: model, mutations, histories, stress."""
    # The name "stress" alone would queue the first of its builds.
    stress_builds = [f"stress({preset})" for preset in STRESS_PRESETS]
    for name in ("model", "mutations", "histories", *stress_builds):
        session.notify(name)
