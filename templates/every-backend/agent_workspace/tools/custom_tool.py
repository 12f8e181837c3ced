class MyCustomTool:
    """Works out a sum of whole numbers such as 2+2."""

    def __init__(self, config):
        self.config = config

    def execute(self, query: str) -> str:
        """Execute tool logic."""
        result = self._process(query)
        return result

    def _process(self, query: str) -> str:
        return str(sum(int(term) for term in query.split("+")))


def run(query: str) -> str:
    """What agent_config.yaml binds my_tool to."""
    return MyCustomTool(config={}).execute(query)
