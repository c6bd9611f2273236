"""Floats and small instances by the hundred thousand, nearly all dead at once.

Draws three spheres over a plane with shadows and mirrors, as a coarse picture of characters.
"""

import math
import sys


class Vector:
    __slots__ = ("x", "y", "z")

    def __init__(self, x, y, z):
        self.x = x
        self.y = y
        self.z = z

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y, self.z + other.z)

    def __sub__(self, other):
        return Vector(self.x - other.x, self.y - other.y, self.z - other.z)

    def scaled(self, factor):
        return Vector(self.x * factor, self.y * factor, self.z * factor)

    def dot(self, other):
        return self.x * other.x + self.y * other.y + self.z * other.z

    def unit(self):
        return self.scaled(1 / math.sqrt(self.dot(self)))

    def mirrored(self, normal):
        return self - normal.scaled(2 * self.dot(normal))


class Ray:
    def __init__(self, start, direction):
        self.start = start
        self.direction = direction.unit()

    def at(self, distance):
        return self.start + self.direction.scaled(distance)


class Sphere:
    def __init__(self, centre, radius, shine):
        self.centre = centre
        self.radius = radius
        self.shine = shine

    def hit(self, ray):
        towards = self.centre - ray.start
        along = towards.dot(ray.direction)
        beside = towards.dot(towards) - along * along
        rest = self.radius * self.radius - beside
        if rest < 0:
            return None
        distance = along - math.sqrt(rest)
        return distance if distance > 1e-4 else None

    def normal(self, point):
        return (point - self.centre).unit()

    def light(self, point):
        return 0.9


class Plane:
    shine = 0.1

    def __init__(self, height):
        self.height = height

    def hit(self, ray):
        if ray.direction.y >= -1e-6:
            return None
        return (self.height - ray.start.y) / ray.direction.y

    def normal(self, point):
        return Vector(0.0, 1.0, 0.0)

    def light(self, point):
        return 1.0 if (math.floor(point.x) + math.floor(point.z)) % 2 else 0.3


class Scene:
    def __init__(self):
        self.things = [
            Sphere(Vector(-1.5, 0.2, 6.0), 1.2, 0.5),
            Sphere(Vector(1.2, 0.0, 5.0), 1.0, 0.3),
            Sphere(Vector(0.1, 1.8, 7.5), 1.4, 0.7),
            Plane(-1.0),
        ]
        self.lamp = Vector(4.0, 6.0, -2.0)

    def nearest(self, ray):
        hits = [(thing.hit(ray), thing) for thing in self.things]
        return min((hit for hit in hits if hit[0]), key=lambda hit: hit[0], default=None)

    def light(self, ray, depth):
        hit = self.nearest(ray)
        if hit is None:
            return 0.2 + 0.3 * max(ray.direction.y, 0.0)
        distance, thing = hit
        point = ray.at(distance)
        normal = thing.normal(point)
        towards = Ray(point + normal.scaled(1e-3), self.lamp - point)
        lit = 0.0 if self.nearest(towards) else max(towards.direction.dot(normal), 0.0)
        light = thing.light(point) * (0.1 + 0.9 * lit)
        if depth:
            back = Ray(point + normal.scaled(1e-3), ray.direction.mirrored(normal))
            light = light * (1 - thing.shine) + self.light(back, depth - 1) * thing.shine
        return light


def main(width, height):
    scene = Scene()
    eye = Vector(0.0, 1.0, -1.0)
    lines = []
    for row in range(height):
        line = []
        for column in range(width):
            direction = Vector(
                (column / width - 0.5) * 2.0, (0.5 - row / height) * 1.4, 2.0
            )
            line.append(scene.light(Ray(eye, direction), 2))
        lines.append("".join(" .:-=+*#%@"[min(int(light * 10), 9)] for light in line))
    return lines


arguments = [int(argument) for argument in sys.argv[1:]]
picture = main(*(arguments or [80, 44]))
if arguments:  # given sizes: somebody wants to see it
    print("\n".join(picture))
