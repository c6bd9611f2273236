import os
import subprocess
import sys

program = """
from ctypes import c_size_t, c_void_p, pythonapi as api
api.PyObject_Malloc.restype = c_void_p
api.PyObject_Malloc.argtypes = [c_size_t]
api.PyObject_Free.argtypes = [c_void_p]

block = api.PyObject_Malloc(450)
api.PyObject_Free(block)
api.PyObject_Free(block)
one, two = api.PyObject_Malloc(450), api.PyObject_Malloc(450)
print("two requests got one block:", one == two, flush=True)
"""


def run(**variables):
    command = [sys.executable, "-c", program]
    ran = subprocess.run(command, env={**os.environ, **variables}, capture_output=True)
    print(ran.stdout.decode(), end="")
    for line in ran.stderr.decode(errors="replace").splitlines():
        if "p-7 are" in line:
            print("stopped:", line.strip())
    print("it came to its end:", ran.returncode == 0)


run()
print("with PYTHONMALLOC=debug:")
run(PYTHONMALLOC="debug")
