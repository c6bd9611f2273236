class Noisy:
    def __del__(self):
        print("__del__")


x = Noisy()
del x
print("after del")
