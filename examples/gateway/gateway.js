/*
 * What a device may send to Ardoq. No request is passed on as received: an allowed request is built
 * again from its allowed members. Duplicate keys, and anything else that two parsers could read
 * differently, stop here.
 *
 * For njs 0.7.9 and later, which have no classes and no destructuring. Names are looked up in lists
 * and not in objects, because every object has members such as `constructor`.
 */
import settings from 'settings.js';

const SERIAL_SIZE = 64;
const NAME_SIZE = 255;

/* ---- Refusing ------------------------------------------------------------------------------- */

function refuse(message) {
    const error = new Error(message);
    error.isRefusal = true;
    throw error;
}

function demand(isTrue, message) {
    if (!isTrue) {
        refuse(message);
    }
}

function answer(r, status, message) {
    r.headersOut['Content-Type'] = 'application/json';
    r.return(status, JSON.stringify({message: `gateway: ${message}`}));
}

/* ---- Values --------------------------------------------------------------------------------- */

/* Byte by byte, so that it does not matter how patterns treat line ends. */
function consistsOf(text, characters) {
    for (let i = 0; i < text.length; i++) {
        if (characters.indexOf(text[i]) < 0) {
            return false;
        }
    }
    return true;
}

const ALNUM = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

function isSerial(text) {
    return typeof text === 'string' && text.length > 0 && text.length <= SERIAL_SIZE &&
        consistsOf(text, `${ALNUM}._-`);
}

function isName(text) {
    return typeof text === 'string' && text.length > 0 && text.length <= NAME_SIZE;
}

/* Refuses the serial field's name in other capitals: another reader may ignore case. */
function isFieldName(text) {
    return text.length > 0 && text.length <= SERIAL_SIZE && text.slice(0, 2) !== '__' &&
        consistsOf(text, `${ALNUM}_-`) && (text === settings.serialField ||
        text.toLowerCase() !== settings.serialField.toLowerCase());
}

function isFieldValue(value) {
    if (Array.isArray(value)) {
        return value.every((element) => typeof element === 'string');
    }
    return typeof value === 'string' || typeof value === 'boolean' ||
        (typeof value === 'number' && isFinite(value));
}

/* Allows only the named members. */
function open(value, members, place) {
    demand(value !== null && typeof value === 'object' && !Array.isArray(value),
           `${place} must be an object`);
    Object.keys(value).forEach((key) => {
        demand(members.indexOf(key) >= 0, `${place} may contain only ${members.join(', ')}`);
    });
    return value;
}

function elements(value, place) {
    demand(Array.isArray(value) && value.length > 0, `${place} must be a list`);
    return value;
}

function isExactly(value, wanted) {
    return Array.isArray(value) && value.length === wanted.length &&
        value.every((element, i) => element === wanted[i]);
}

/* ---- The caller ----------------------------------------------------------------------------- */

/* The subject is exactly CN=SERIAL. */
function callerOf(r) {
    const subject = r.variables.ssl_client_s_dn || '';
    const serial = subject.slice(3);
    demand(r.variables.ssl_client_verify === 'SUCCESS' && subject.slice(0, 3) === 'CN=' &&
           isSerial(serial), 'the subject of the certificate must be CN= and a serial number');
    return serial;
}

function mayReport(caller, serial) {
    return isSerial(serial) && (serial === caller || settings.collectors.some((collector) =>
        collector[0] === caller &&
        collector[1].some((prefix) => serial.slice(0, prefix.length) === prefix)));
}

/* ---- The batch ------------------------------------------------------------------------------ */

/* The library uses the names `device` and `target N`. Neither can be an Ardoq id. */
function isTargetName(name) {
    return typeof name === 'string' && name.slice(0, 7) === 'target ' && name.length > 7 &&
        name.length < 10 && consistsOf(name.slice(7), '0123456789');
}

/* Each name may be used once in a batch. */
function give(names, name) {
    demand(names.indexOf(name) < 0, 'a name is used twice');
    names.push(name);
}

function takeFields(batch, value) {
    const fields = {};
    open(value, Object.keys(value || {}), 'customFields');
    Object.keys(value).forEach((key) => {
        demand(isFieldName(key) && isFieldValue(value[key]), 'a custom field is not allowed');
        fields[key] = value[key];
    });
    demand(mayReport(batch.caller, fields[settings.serialField]),
           `${settings.serialField} is not the serial number of the certificate`);
    return fields;
}

function takeParent(batch, from, to) {
    if (from.parent !== undefined) {
        demand(batch.targets.indexOf(from.parent) >= 0, 'parent must be a target of this batch');
        to.parent = from.parent;
    }
}

function takeDevice(batch, upsert) {
    const body = open(upsert.body, ['rootWorkspace', 'typeId', 'name', 'parent', 'customFields'],
                      'body of a device');
    const taken = {};
    if (upsert.batchId !== undefined) {
        demand(upsert.batchId === 'device', 'batchId of a device must be "device"');
        give(batch.devices, 'device');
        taken.batchId = 'device';
    }
    demand(isExactly(upsert.uniqueBy, ['rootWorkspace', `customFields.${settings.serialField}`]),
           'a device must be unique by workspace and serial number');
    demand(body.rootWorkspace === settings.workspace, 'this is not the workspace of the devices');
    demand(body.typeId === settings.componentType, 'this is not the component type of the devices');
    demand(isName(body.name), 'name must be a string');
    taken.uniqueBy = ['rootWorkspace', `customFields.${settings.serialField}`];
    taken.body = {rootWorkspace: settings.workspace, typeId: settings.componentType,
                  name: body.name};
    takeParent(batch, body, taken.body);
    taken.body.customFields = takeFields(batch, body.customFields);
    return taken;
}

function isShared(body) {
    return settings.shared.some((one) =>
        one[0] === body.rootWorkspace && one[1].indexOf(body.typeId) >= 0);
}

function takeShared(batch, upsert) {
    const body = open(upsert.body, ['rootWorkspace', 'typeId', 'name'],
                      'body of a shared component');
    demand(isTargetName(upsert.batchId), 'batchId of a shared component must be "target N"');
    demand(isShared(body), 'this component must not be created');
    demand(isName(body.name), 'name must be a string');
    give(batch.targets, upsert.batchId);
    return {
        batchId: upsert.batchId,
        uniqueBy: ['rootWorkspace', 'name'],
        body: {rootWorkspace: body.rootWorkspace, typeId: body.typeId, name: body.name},
    };
}

/* A device may refer to the batch's targets, so these are read first. */
function takeUpserts(batch, value) {
    const upserts = elements(value, 'components.upsert').map((upsert) =>
        open(upsert, ['batchId', 'uniqueBy', 'body'], 'an upsert'));
    const taken = upserts.map((upsert) =>
        isExactly(upsert.uniqueBy, ['rootWorkspace', 'name']) ? takeShared(batch, upsert) : null);
    return upserts.map((upsert, i) => taken[i] || takeDevice(batch, upsert));
}

function takeUpdate(batch, update) {
    open(update, ['id', 'ifVersionMatch', 'body'], 'an update');
    const body = open(update.body, ['parent', 'customFields'], 'body of an update');
    const taken = {};
    demand(update.id === 'device' && batch.alias !== undefined,
           'an update must be of the alias "device"');
    demand(update.ifVersionMatch === 'latest', 'ifVersionMatch must be "latest"');
    takeParent(batch, body, taken);
    taken.customFields = takeFields(batch, body.customFields);
    demand(taken.customFields[settings.serialField] === batch.alias,
           'an update must not change the serial number');
    return {id: 'device', ifVersionMatch: 'latest', body: taken};
}

function takeDeviceAlias(batch, alias) {
    const fields = {};
    open(alias, ['rootWorkspace', 'customFields'], 'the alias "device"');
    open(alias.customFields, [settings.serialField], 'customFields of the alias "device"');
    demand(alias.rootWorkspace === settings.workspace &&
           mayReport(batch.caller, alias.customFields[settings.serialField]),
           'the alias "device" is not the device of the certificate');
    fields[settings.serialField] = alias.customFields[settings.serialField];
    give(batch.devices, 'device');
    batch.alias = alias.customFields[settings.serialField];
    return {rootWorkspace: settings.workspace, customFields: fields};
}

function takeTargetAlias(batch, name, alias) {
    open(alias, ['rootWorkspace', 'name', 'customFields'], 'an alias');
    const taken = {rootWorkspace: alias.rootWorkspace};
    demand(isTargetName(name), 'an alias must be "device" or "target N"');
    demand(settings.targetWorkspaces.indexOf(alias.rootWorkspace) >= 0,
           'the workspace of a target is not listed');
    demand((alias.name === undefined) !== (alias.customFields === undefined),
           'an alias needs either a name or a custom field');
    if (alias.name !== undefined) {
        demand(isName(alias.name), 'name must be a string');
        taken.name = alias.name;
    } else {
        const keys = Object.keys(open(alias.customFields, Object.keys(alias.customFields || {}),
                                      'customFields of an alias'));
        demand(keys.length === 1 && isFieldName(keys[0]) && isName(alias.customFields[keys[0]]),
               'an alias needs one custom field with a string value');
        taken.customFields = {};
        taken.customFields[keys[0]] = alias.customFields[keys[0]];
    }
    give(batch.targets, name);
    return taken;
}

function takeAliases(batch, value) {
    const aliases = open(value, ['components'], 'aliases').components;
    const taken = {};
    open(aliases, Object.keys(aliases || {}), 'aliases.components');
    Object.keys(aliases).forEach((name) => {
        taken[name] = name === 'device' ? takeDeviceAlias(batch, aliases[name])
                                        : takeTargetAlias(batch, name, aliases[name]);
    });
    return {components: taken};
}

function takeReference(batch, reference) {
    open(reference, ['uniqueBy', 'body'], 'a reference');
    const body = open(reference.body, ['source', 'target', 'type'], 'body of a reference');
    demand(isExactly(reference.uniqueBy, ['source', 'target', 'type']),
           'a reference must be unique by source, target and type');
    demand(body.source === 'device' && batch.devices.indexOf('device') >= 0,
           'source of a reference must be the device');
    demand(batch.targets.indexOf(body.target) >= 0,
           'target of a reference must be a target of this batch');
    demand(settings.referenceTypes.indexOf(body.type) >= 0, 'the reference type is not listed');
    return {
        uniqueBy: ['source', 'target', 'type'],
        body: {source: 'device', target: body.target, type: body.type},
    };
}

function takeComponents(batch, value) {
    const components = open(value, ['upsert', 'update'], 'components');
    const taken = {};
    if (components.upsert !== undefined) {
        taken.upsert = takeUpserts(batch, components.upsert);
    }
    if (components.update !== undefined) {
        taken.update = elements(components.update, 'components.update').map((update) =>
            takeUpdate(batch, update));
    }
    demand(Object.keys(taken).length > 0, 'there is no component in the batch');
    return taken;
}

function takeOptions(value) {
    const flag = open(value, ['respondWithEntities'], 'options').respondWithEntities;
    demand(typeof flag === 'boolean', 'respondWithEntities must be true or false');
    return {respondWithEntities: flag};
}

/* Components in a target workspace may be targets too, whatever else is listed. */
function filter(caller, value) {
    const batch = {caller: caller, devices: [], targets: []};
    const taken = {};
    open(value, ['options', 'aliases', 'components', 'references'], 'the batch');
    if (value.options !== undefined) {
        taken.options = takeOptions(value.options);
    }
    if (value.aliases !== undefined) {
        taken.aliases = takeAliases(batch, value.aliases);
    }
    taken.components = takeComponents(batch, value.components);
    if (value.references !== undefined) {
        const upserts = open(value.references, ['upsert'], 'references').upsert;
        taken.references = {upsert: elements(upserts, 'references.upsert').map((reference) =>
            takeReference(batch, reference))};
    }
    return taken;
}

/* njs 0.7.9 would pass on invalid UTF-8, where another reader could see strings end elsewhere. */
function parse(bytes) {
    try {
        return JSON.parse(new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes));
    } catch (error) {
        return refuse('the body is not JSON');
    }
}

/* ---- Requests ------------------------------------------------------------------------------- */

/* Refused requests are answered here and not passed on. */
function guarded(r, method, go) {
    try {
        const caller = callerOf(r);
        demand(r.method === method && !r.variables.args,
               `only ${method} without a query is allowed`);
        go(caller);
    } catch (error) {
        answer(r, 403, error.isRefusal ? error.message : 'the request could not be read');
    }
}

function batch(r) {
    guarded(r, 'POST', (caller) => {
        r.variables.ardoq_body = JSON.stringify(filter(caller, parse(r.requestBuffer)));
        r.internalRedirect('@ardoq_batch');
    });
}

/* A device does not need to know the account's email address. */
function withoutUser(text) {
    const org = JSON.parse(text).org || {};
    return JSON.stringify({org: {name: org.name, label: org.label}});
}

function answerMe(r, reply) {
    const pause = reply.headersOut['Retry-After'];
    if (pause) {
        r.headersOut['Retry-After'] = pause;
    }
    if (reply.status !== 200) {
        // A redirect would need a location.
        answer(r, reply.status < 400 ? 502 : reply.status,
               `Ardoq, or a proxy before it, answered ${reply.status}`);
        return;
    }
    try {
        r.headersOut['Content-Type'] = 'application/json';
        r.return(200, withoutUser(reply.responseText));
    } catch (error) {
        answer(r, 502, "Ardoq's answer could not be read");
    }
}

function me(r) {
    guarded(r, 'GET', () => {
        // nginx would send only the body's length, and Ardoq take the next request for the body.
        demand(!r.requestBuffer || r.requestBuffer.length === 0, 'a GET has no body');
        r.subrequest('/ardoq/me', {method: 'GET'}, (reply) => answerMe(r, reply));
    });
}

export default {batch, me};
