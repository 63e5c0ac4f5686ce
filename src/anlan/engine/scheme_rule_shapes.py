"""Reads the other shapes that make a rule: quantities and checklists."""

from anlan.engine.policy import ChecklistItem, Quantity, Text
from anlan.engine.scheme_cadence_shapes import CadenceShapes
from anlan.engine.scheme_files import Tree
from anlan.engine.scheme_plain_shapes import items_of


class RuleShapes(CadenceShapes):
    """Readers of what rules are made of; each returns None after reporting what is wrong."""

    def quantity(self, node: Tree) -> Quantity | None:
        quantity = self._quantity(node)
        if quantity is not None and not quantity.unit:
            self.missing_key(node, "unit")
            return None
        return quantity

    def _quantity(self, node: Tree) -> Quantity | None:
        found = self.fields(
            node,
            "quantity",
            {
                "words": self.words,
                "number-or-figure": self.number_or_figure,
                "quantity-fact": self._number_fact,
                "quantity-list": self._quantities,
            },
        )
        if found is None:
            return None
        ways = [key for key in ("amount", "of", "greatest_of") if key in found]
        shares = [key for key in ("one_per", "percent") if key in found]
        if len(ways) != 1 or (ways == ["of"]) != (len(shares) == 1):
            self.wrong(
                node,
                Text(zh="数量的写法不完整或有矛盾", en="the quantity is incomplete or contradicts itself"),
                Text(
                    zh="写 amount，或 of 加 one_per（或 percent），或 greatest_of，三者取一。",
                    en="Write amount, or of with one_per (or percent), or greatest_of: one of the three.",
                ),
            )
            return None
        if found.get("one_per") == 0:
            self.wrong(
                node,
                Text(zh="one_per 为 0", en="one_per is 0"),
                Text(zh="写大于 0 的数。", en="Write a number above 0."),
            )
            return None
        return Quantity(**{"unit": "", **found})

    def _quantities(self, node: Tree) -> tuple[Quantity, ...] | None:
        parts = [self._quantity(item) for item in items_of(node)]
        whole = tuple(part for part in parts if part is not None)
        return whole if whole and len(whole) == len(parts) else None

    def _number_fact(self, node: Tree) -> str | None:
        numbers = {name: name for name, fact in self.names.facts.items() if fact.type == "number"}
        return self.one_of(node, numbers, Text(zh="数字事实", en="fact that is a number"), "facts")

    def item_list(self, node: Tree) -> tuple[ChecklistItem, ...] | None:
        items: dict[str, ChecklistItem] = {}
        for item in items_of(node):
            found = self.fields(item, "item", {"id": self.id, "text": self.text, "duration": self.duration})
            if found is None:
                continue
            if found["id"] in items:
                self.wrong(
                    item,
                    Text(zh=f"检查项“{found['id']}”重复", en=f"the line “{found['id']}” is there twice"),
                    Text(zh="换一个 id。", en="Give it another id."),
                )
                continue
            items[found["id"]] = ChecklistItem(**found)
        return tuple(items.values()) or None
