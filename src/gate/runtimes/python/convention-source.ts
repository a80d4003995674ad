/**
 * Python: how execute is called. The plain form is execute(input, ctx). Code whose first two parameters are named context
 * and params belongs to a library of another layout: it gets those two out of the input, its primitives as functions that
 * call by ctx.call, and a module named runtime with the helpers it imports; what it returns is turned into an observation.
 */
export const conventionSource = String.raw`
def _foundry_convention(make_module, modules, is_kind):
    import copy, re

    def snake(name):
        parted = re.sub(r'([a-z0-9])([A-Z])', r'\1_\2', str(name))
        return re.sub(r'[^a-z0-9]+', '_', parted.lower()).strip('_')

    def observation(kind, payload, prov, status):
        return {'type': kind, 'payload': {} if payload is None else payload, 'prov': list(prov or []), 'status': status}

    def ok(payload=None, prov=None, obs_type='evidence', **named):
        return observation(named.get('type', obs_type), payload, prov, 'ok')

    def missing(reason='', obs_type='evidence', payload=None, prov=None, **named):
        told = payload if payload is not None else ({'reason': reason} if reason else {})
        return observation(named.get('type', obs_type), told, prov, 'missing')

    def fail(error='', obs_type='evidence', payload=None, prov=None, **named):
        told = payload if payload is not None else ({'error': error} if error else {})
        return observation(named.get('type', obs_type), told, prov, 'fail')

    def whole(item):
        try:
            return int(item)
        except (TypeError, ValueError):
            return item

    def normalize_observation(value, default_type='evidence'):
        if value is None:
            raise ValueError('execute returned nothing')
        read = value.get if is_kind(type(value), dict) else lambda key, other=None: getattr(value, key, other)
        status, payload = read('status', 'ok'), read('payload', {})
        if status not in ('ok', 'missing', 'fail'):
            status, payload = 'fail', {'error': 'invalid_status'}
        prov = [whole(item) for item in (read('prov', []) or []) if item is not None]
        return observation(read('type', default_type) or default_type, payload, prov, status)

    def controlled_llm_stub(prompt=None, evidence=None, **named):
        # No model: the evidence itself, joined. The same when judged and when called.
        for shown in (evidence, named.get('context'), named.get('segments'), prompt):
            if shown is not None:
                return {'summary': ' | '.join(map(str, shown)) if isinstance(shown, list) else str(shown)}
        raise ValueError('controlled_llm takes a prompt or evidence')

    class Primitives(dict):
        def __contains__(self, name):
            return dict.__contains__(self, snake(name))

        def __getitem__(self, name):
            return dict.__getitem__(self, snake(name))

        def get(self, name, other=None):
            return dict.get(self, snake(name), other)

    def primitive(name, ctx):
        def call(*given, **named):
            context = given[0] if len(given) > 0 else named.pop('context', None)
            params = given[1] if len(given) > 1 else named.pop('params', None)
            args = {'context': context or {}, 'params': {**(params or {}), **named}}
            answer = ctx.call(name, args)
            return {'type': 'evidence', **answer} if isinstance(answer, dict) else answer

        return call

    def runtime_module():
        module = make_module('runtime')
        parts = (ok, missing, fail, normalize_observation, controlled_llm_stub)
        module.__dict__.update({part.__name__: part for part in parts}, make_observation=observation)
        return module

    def convene(execute, given, ctx, request):
        code = execute.__code__
        if code.co_varnames[: min(2, code.co_argcount)] != ('context', 'params'):
            return execute(given, ctx)
        context = given.get('context') or ctx.context or {}
        callable_names = request.get('dependencies') or []
        primitives = Primitives({name: primitive(name, ctx) for name in callable_names})
        optional = {'primitives': primitives, 'controlled_llm': controlled_llm_stub}
        taken = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        value = execute(context, given.get('params') or {}, **{key: each for key, each in optional.items() if key in taken})
        return normalize_observation(value)

    def prepare():
        modules['runtime'] = runtime_module()

    convene.prepare = prepare
    return convene
`;
