import importlib.util, os, subprocess, sys, tempfile

with tempfile.TemporaryDirectory() as folder:
    for name, text in [("main.py", "import helper"), ("helper.py", "x = 1")]:
        with open(os.path.join(folder, name), "w") as file:
            file.write(text)
    env = dict(os.environ)
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    subprocess.run([sys.executable, "main.py"], cwd=folder, env=env, check=True)
    for cached in sorted(os.listdir(os.path.join(folder, "__pycache__"))):
        with open(os.path.join(folder, "__pycache__", cached), "rb") as file:
            magic = file.read(4)
        print(cached, "magic number as here:", magic == importlib.util.MAGIC_NUMBER)
