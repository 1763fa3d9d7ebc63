"""Files that are one long definition, for tests of cuts between its members."""

from __future__ import annotations

from attrs import frozen


@frozen
class Shape:
    """What stands before the members, what is repeated for each with a number for N, and what stands after them."""

    language: str
    before: str
    member: str
    after: str

    def text(self, copies: int) -> str:
        """A file with so many members."""
        members = "\n".join(self.member.replace("N", str(number)) for number in range(copies))
        return self.before + members + self.after


SHAPES = {
    "python_class": Shape(
        "python",
        '''"""Head."""

import os


@final
class Big(
    Base,
):
    """Doc.

    Said at length.
    """

    limit: int = 1

    def __init__(self) -> None:
        self.a = 0
''',
        """
    @cached(
        N,
    )
    def mN(self, a):
        '''Doc 日.

    Indented like a member.

    more = N
        '''
        if a:
            return [
                N,

                a,
            ]

        return self.mN

    # About fN.
    fN = N
""",
        """

def last(x):
    return Big(x)
""",
    ),
    "python_guarded": Shape(
        "python",
        "import os\n\nif os:\n    class Inner:\n        x = 1\n",
        "\n        def mN(self):\n            return N\n\n        async def nN(self):\n            return '👍🏽'\n",
        "\n    def f(): pass\n\nelse:\n    def g(): pass\n",
    ),
    "typescript_class": Shape(
        "typescript",
        """import { a } from 'a';

@Component({
  selector: 'a',
})
export class Big<T> extends Base
    implements Other {
  private x = 1;

  constructor(a: number) { super(a); }
""",
        """
  /**
   * Does N.
   */
  @log()
  mN(a: string): string {
    const t = `日

  of N

`;

    return a.map((b) => {
      return b + N;
    });
  }

  fN: () => void = () => {};
""",
        "\n}\n\nexport const last = (x: number) => x;\n",
    ),
    "javascript_function": Shape(
        "javascript",
        "(function (root) {\n  'use strict';\n\n  var a = 1;\n",
        """
  // Of N.
  function fN(b) {
    if (b) {
      return { 'k': N };
    } else {

      return a;
    }
  }

  root.gN = (x) => x + N;
""",
        "\n})(this);\n\nfoo();\n",
    ),
    "java_class": Shape(
        "java",
        """package a;

import b.C;

/** Doc. */
@A("x")
public class Big
    extends Base
{
    private int x = 1;

    public Big(int a) { this.x = a; }
""",
        """
    /**
     * Does N.
     */
    @Override
    public int mN(int a) {
        String s = "日";

        return a + N;
    }

    static class InN {
        int y;

        void k() { }
    }
""",
        "}\n",
    ),
    "cpp_namespace": Shape(
        "cpp",
        "#include <a>\n\nnamespace a {\n\n  template <typename T>\n  class Big : public Base {\n  public:\n    int x;\n",
        """
    /// Does N.
    int mN(int a) {
#ifdef X
      f("}");
#endif

      return a + N;
    }

    T fN;
""",
        "  };\n\n  int last(int x) { return x; }\n}\n",
    ),
}
