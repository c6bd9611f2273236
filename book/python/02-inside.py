t = ([],)
try:
    t[0] += ["surprise"]
except TypeError as error:
    print("TypeError:", error)
print(t)
