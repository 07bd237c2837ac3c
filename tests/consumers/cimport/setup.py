"""Builds the consumer as an engine written in Cython would build its own modules."""

from Cython.Build import cythonize
from pagedradix.config import include_dir
from setuptools import Extension, setup

consumer = Extension(
    "consumer",
    ["consumer.pyx"],
    include_dirs=[str(include_dir())],
    extra_compile_args=["-std=c++17"],
    language="c++",
)

setup(name="pagedradix-consumer", ext_modules=cythonize([consumer], language_level=3))
