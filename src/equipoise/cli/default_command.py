"""How can one command be called without its name, beside others that have one?"""

from __future__ import annotations

from typing import Any, ClassVar

from typer.core import TyperGroup


class DefaultCommandGroup(TyperGroup):
    """`equipoise GROUP WORDS` is `equipoise GROUP default WORDS` unless the words begin with
    another command's name.

    A default that is listed leaves `--help`, and calls without words, to the group. A hidden one
    takes them too, and
    its name cannot be called: for whoever calls it, the group is that command.
    """

    default: ClassVar[str]

    def make_context(
        self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any
    ) -> Any:
        """The context of the group, or of its default command under the group's name."""
        command = self.commands[self.default]
        named = {name for name, command in self.commands.items() if not command.hidden}
        if not command.hidden:
            named.add("--help")
        if (args and args[0] in named) or not (args or command.hidden):
            return super().make_context(info_name, args, parent, **extra)
        return command.make_context(info_name, args, parent, **extra)
