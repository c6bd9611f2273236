class Item:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("gone:", self.name)


items = [Item("first"), Item("second"), Item("third")]
del items
pair = (Item("left"), Item("right"))
del pair
table = {"one": Item("value one"), "two": Item("value two")}
del table
car = Item("car")
car.engine = Item("engine")
car.wheels = Item("wheels")
del car
