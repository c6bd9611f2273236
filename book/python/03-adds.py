from sys import getrefcount


class Box:
    pass


def make_closure(value):
    return lambda: value


x = object()
before = getrefcount(x)
print("one name, and the argument of getrefcount:", before)


def now(what):
    print(f"{getrefcount(x) - before:+d}", what)


y = x
now("another name")
items = [x, x, x]
now("a list that holds it three times")
items.append(items[0])
now("append")
items.pop()
now("pop, and what it returned is dropped")
pair = (x, items)
now("a tuple")
table = {"key": x}
now("a dict's value")
box = Box()
box.content = x
now("an attribute")
closure = make_closure(x)
now("a closure's variable")
items.clear()
now("the list is emptied")
