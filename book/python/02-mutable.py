def same(before, operation):
    names = {"x": before}
    first = names["x"]
    exec(operation, names)
    return names["x"] is first

for name, value, operation in (
    ("bool", True, "x += True"),
    ("int", int("5000"), "x += 1"),
    ("float", float("2.5"), "x += 1.0"),
    ("str", "".join(["ab", "cd"]), "x += 'e'"),
    ("tuple", tuple([1, 2]), "x += (3,)"),
    ("list", [1, 2], "x += [3]"),
    ("set", {1, 2}, "x |= {3}"),
    ("dict", {1: 2}, "x |= {3: 4}"),
):
    object_after = "the same" if same(value, operation) else "a new one"
    print(f"{name:<6} {operation:<12} {object_after}")
