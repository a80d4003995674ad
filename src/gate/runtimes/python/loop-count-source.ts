/**
 * Python that counts the passes through a candidate's loops from outside, where the interpreter itself tells of each jump
 * back: nothing is written into the code, so that it cannot tell whether it is counted. A mutant that never ends then ends
 * by itself and in the same way everywhere. What could show the counting is taken away from all code.
 */
export const loopCountSource = `
def _foundry_loop_counter():
    import sys, types

    monitoring, tool = sys.monitoring, 4
    jump, disable = monitoring.events.JUMP, monitoring.DISABLE
    del sys.monitoring
    sys.modules.pop('sys.monitoring', None)

    def codes_in(body):
        yield body
        for part in body.co_consts:
            if isinstance(part, types.CodeType):
                yield from codes_in(part)

    def count(body, limit):
        left = [limit]

        def jumped(_code, at, to):
            if to > at:
                return disable
            left[0] -= 1
            if left[0] < 0:
                raise SystemExit('loop')

        if monitoring.get_tool(tool):
            monitoring.free_tool_id(tool)
        monitoring.use_tool_id(tool, 'loops')
        monitoring.register_callback(tool, jump, jumped)
        for code in codes_in(body):
            monitoring.set_local_events(tool, code, jump)

    return count


_foundry_count_loops = _foundry_loop_counter()
`;
